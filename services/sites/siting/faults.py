"""What can be wrong with an instance. Pure."""

from shared.errors import Invalid


class InvalidInstance(Invalid):
    """A field of the instance is not what it must be; `field` says which."""


class Infeasible(Invalid):
    """Every field is sound, but no choice of sites meets all of them together."""
