"""Landing sites: their register, their life, the coverage they give, and what counts toward the targets."""
