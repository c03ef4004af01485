"""A jsonb column that holds one contract value (`SiteSpec`, `Assessment`) and gives it back as that."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

from shared.contracts.codec import adapter, encode_value


class Contract(UserDefinedType[Any]):
    """Written by the codec's `encode_value`, read by its strict adapter; NULL is None."""

    cache_ok = True

    def __init__(self, type_: type) -> None:
        self.type_ = type_

    def get_col_spec(self, **_: object) -> str:
        """What DDL calls it."""
        return "JSONB"

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], str | None]:
        """Value to JSON text."""
        return lambda value: None if value is None else encode_value(value).decode()

    def bind_expression(self, bindvalue: sa.BindParameter[Any]) -> sa.ColumnElement[Any]:
        """The text is cast, lest a driver take it for a JSON string."""
        return sa.cast(bindvalue, JSONB(none_as_null=True))

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Read as text: the codec parses it, once."""
        return sa.type_coerce(sa.cast(column, sa.Text), self)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any]:
        """JSON text to value."""
        read = adapter(self.type_).validate_json
        return lambda text: None if text is None else read(text, strict=True)
