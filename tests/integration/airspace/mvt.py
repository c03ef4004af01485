"""Reads the properties of a Mapbox vector tile: enough of its protobuf to see what is in it."""

import struct
from collections.abc import Iterator
from typing import Any


def layers_of(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    """The properties of each feature, by the layer's name."""
    return dict(_layer(content) for number, content in _fields(tile) if number == 3)


def _layer(data: bytes) -> tuple[str, list[dict[str, Any]]]:
    parts = list(_fields(data))
    keys = [content.decode() for number, content in parts if number == 3]
    values = [_value(content) for number, content in parts if number == 4]
    features = []
    for number, content in parts:
        if number == 2:
            tags = next((list(_varints(part)) for at, part in _fields(content) if at == 2), [])
            features.append({keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)})
    return next(content.decode() for number, content in parts if number == 1), features


def _value(data: bytes) -> Any:
    number, content = next(_fields(data))
    if number == 1:
        return content.decode()
    if number == 3:
        return struct.unpack("<d", content)[0]
    return bool(content) if number == 7 else content


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        size, at = _varint(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
        yield number, data[at : at + size]
        at += size


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at
