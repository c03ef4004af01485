"""What the migrations of every schema share."""
