"""Text from outside, made storable."""


def storable(text: str) -> str:
    """PostgreSQL stores no NUL and no lone surrogate; each becomes a replacement character."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
