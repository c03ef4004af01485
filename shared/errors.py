"""The errors every service raises, by meaning; they know neither HTTP nor SQL.

TianyuanError
├── NotFound            no such thing, or not one the caller may know of
├── Conflict            it contradicts what is already there
├── Invalid             what was sent is not what is asked for; `field` says where
├── Forbidden           the caller is known, but not allowed to
├── Unauthenticated     nobody knows who the caller is
├── TooLarge            more than is taken
├── UnsupportedMedia    a format that is not read here
└── Unavailable         not now; the same request may succeed later

A service raises its own subclass: `class PlanNotFound(NotFound)`. `shared/http.py` has the one table to HTTP.
"""


class TianyuanError(Exception):
    """What went wrong: a sentence, the field it is about (`intent.path.3.lat`), and members for the answer."""

    def __init__(self, detail: str = "", *, field: str | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.extra: dict[str, object] = extra


class NotFound(TianyuanError):
    """No such thing, or not one the caller may know of."""


class Conflict(TianyuanError):
    """It contradicts what is already there."""


class Invalid(TianyuanError):
    """What was sent is not what is asked for."""


class Forbidden(TianyuanError):
    """The caller is known, but not allowed to do this."""


class Unauthenticated(TianyuanError):
    """Nobody knows who the caller is."""


class TooLarge(TianyuanError):
    """More than is taken."""


class UnsupportedMedia(TianyuanError):
    """A format that is not read here."""


class Unavailable(TianyuanError):
    """Not now; the same request may succeed later."""
