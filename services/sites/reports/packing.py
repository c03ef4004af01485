"""Office files made the same, byte for byte, whenever they are written: no clock in the archive or its properties."""

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Final

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first date a ZIP archive knows
_CORE: Final = "docProps/core.xml"
_DATES: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def repacked(content: bytes, as_of: datetime) -> bytes:
    """The same archive with every date in it set to `as_of`, or to none."""
    stamp = as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in sorted(read.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = read.read(name)
            if name == _CORE:
                data = _DATES.sub(rb"\g<1>" + stamp + rb"\g<3>", data)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            written.writestr(entry, data)
    return out.getvalue()
