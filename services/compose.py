"""Puts the services of a process together: settings in, services, bus and app out. Connects to nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from shared.bell import Bell
from shared.bus import Bus
from shared.bus.opening import open_bus
from shared.city import load_city
from shared.frame import Platform, Service
from shared.settings import Settings

SERVICES: Final = ("airspace", "flightplan", "sites")


@dataclass(frozen=True, slots=True)
class Composition:
    """What one process runs."""

    settings: Settings
    platform: Platform
    bus: Bus  # between all its services
    services: tuple[Service, ...]


def compose(settings: Settings, names: Sequence[str] = SERVICES) -> Composition:
    """The services of those names. Raises ValueError for one that does not exist."""
    unknown = sorted(set(names) - set(SERVICES))
    if unknown:
        raise ValueError(f"there is no service {', '.join(unknown)}; there are {', '.join(SERVICES)}")
    bell = Bell()
    bus = open_bus(settings.bus_url, database_url=settings.database_url, bell=bell)
    platform = Platform(city=load_city(settings.city_dir), bell=bell)
    services = tuple(_build(name, settings, platform) for name in SERVICES if name in names)
    return Composition(settings, platform, bus, services)


def _build(name: str, settings: Settings, platform: Platform) -> Service:
    service: Service = import_module(f"services.{name}.service").build(settings, platform)
    return service
