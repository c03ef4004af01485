"""The three services of the platform; `python -m services` is the composition root."""
