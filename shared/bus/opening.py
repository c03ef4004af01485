"""Which bus: `log://` reads the log tables, `kafka://host:port[/prefix]` reads topics."""

from shared.bell import Bell
from shared.bus import Bus
from shared.bus.log import LogBus


def open_bus(url: str, *, database_url: str, bell: Bell | None = None) -> Bus:
    """The bus of a URL. Connects to nothing yet. Raises ValueError for a scheme it does not know."""
    scheme = url.partition("://")[0]
    if scheme == "log":
        return LogBus(database_url, bell)
    if scheme == "kafka":
        from shared.bus.kafka import KafkaBus  # only where there is one: it takes a while to load

        return KafkaBus(url)
    raise ValueError(f"BUS_URL {url!r} is neither log:// nor kafka://host:port")
