"""The databases that are measured in, cloned from templates that are filled once through the platform's own ways in."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from city.wuhan.demo.load import Platform, load_sites, load_zones
from services.airspace.store import keys
from services.migrate import upgrade
from shared.bus import Inbound
from shared.bus.opening import open_bus
from shared.city import CityProfile
from shared.contracts.codec import encode
from shared.contracts.inbound import FlightPlanRequested
from shared.flight import records
from tests.bench.progress import say
from tests.bench.servers import ROOT, platform
from tests.bench.world import World, world
from tests.dropping import drop_database

DAYS_AHEAD: Final = 2  # the first day of flights; a template serves until it has come
_SCHEMAS: Final = ("inbound", "airspace", "flightplan", "sites")
_AT_ONCE: Final = 1_000
_QUIET_S: Final = 1_800.0
_FORMAT: Final = 2  # of what is stored, beyond that: 2 since flights know the sites whose pads they hold


@dataclass(frozen=True, slots=True)
class Size:
    """How much stands, and how much is filed while it is measured."""

    zones: int
    filings: int  # about nine tenths of them stand: some are refused, some hold nothing
    fresh: int

    @property
    def name(self) -> str:
        """As part of a database's name."""
        return f"{self.zones}_{self.filings}"


class Databases:
    """Templates and their clones on one cluster."""

    def __init__(self, url: str, city: CityProfile) -> None:
        self._admin = make_url(url)
        self.city = city
        self._digest = _digest()
        self._drop_left_over()
        self.first_day = self._day_of_templates() or _today(city) + timedelta(days=DAYS_AHEAD)

    def world(self, size: Size) -> World:
        """The world of that size on the templates' days."""
        return world(self.city, self.first_day, zones=size.zones, standing=size.filings, fresh=size.fresh)

    @contextmanager
    def clone(self, template: str) -> Iterator[str]:
        """A database like the template; dropped at the end."""
        name = f"bench_{time.time_ns()}"
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        os.sync()  # or the disk writes the copy while commits wait for theirs
        try:
            yield self.url(name)
        finally:
            drop_database(self._libpq(), name)

    def template(self, kind: str) -> str:
        """What a template of that kind is called: of these days and of this code."""
        return f"bench_{self.first_day:%Y%m%d}_{kind}_{self._digest}"

    def has(self, template: str) -> bool:
        """Whether it is there."""
        return template in self._names()

    @contextmanager
    def draft(self, template: str) -> Iterator[str]:
        """A migrated database that becomes the template if all goes well."""
        name = f"draft_{template}"
        drop_database(self._libpq(), name)
        self._run("CREATE DATABASE {} TEMPLATE tianyuan_template", name)
        upgrade(self.url(name))
        yield self.url(name)
        with psycopg.connect(libpq(self.url(name)), autocommit=True) as connection:
            for schema in _SCHEMAS:  # readers and relays stand at its end; a clone need not carry it
                connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(schema, "event_log")))
        _put_in_order(self.url(name))
        self._run("ALTER DATABASE {} RENAME TO {}", name, template)

    def migrate(self, template: str) -> None:
        """Bring the tables of a template up to date: done in its clones, it would take its time in each of them."""
        upgrade(self.url(template))
        _put_in_order(self.url(template))

    def _drop_left_over(self) -> None:
        """Drop clones and drafts of a run that was cut off."""
        for name in self._names(r"^(bench_\d{19}$|draft_bench_)"):
            drop_database(self._libpq(), name)

    def _day_of_templates(self) -> date | None:
        """The first day of the templates that still serve; the others are dropped."""
        days: set[date] = set()
        for name in self._names():
            day = datetime.strptime(name.split("_")[1], "%Y%m%d").replace(tzinfo=UTC).date()
            if name.endswith(self._digest) and day > _today(self.city):
                days.add(day)
            else:
                drop_database(self._libpq(), name)
        return max(days, default=None)

    def _names(self, pattern: str = r"^bench_\d{8}_") -> list[str]:
        with psycopg.connect(self._libpq(), autocommit=True) as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [pattern])
            return [name for (name,) in rows]

    def _run(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self._libpq(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _libpq(self) -> str:
        return libpq(_text(self._admin))

    def url(self, name: str) -> str:
        """Of one of its databases."""
        return _text(self._admin.set(database=name))


def _put_in_order(url: str) -> None:
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")


def fill(url: str, city: CityProfile, wanted: World) -> None:
    """Sites, zones and standing flights into an empty database, by the platform's own ways in."""
    with platform(url, "log://", ["airspace"], ["flightplan"], ["sites"]) as (airspace, _, sites):
        at_airspace, at_sites = Platform(airspace.url), Platform(sites.url)
        with at_airspace.client("regulator", "bench") as regulator, at_sites.client("planner", "bench") as planner:
            if wanted.zones:
                say(f"{len(wanted.zones):,} zones")
                load_zones(regulator, city, wanted.zones)
            load_sites(planner, wanted.sites)
            _until_known(url, len(wanted.sites))
            if wanted.standing:
                _file(url, wanted.standing)


def _file(url: str, filings: Sequence[FlightPlanRequested]) -> None:
    bus = open_bus("log://", database_url=url)
    try:
        for start in range(0, len(filings), _AT_ONCE):
            bus.send([inbound(filing) for filing in filings[start : start + _AT_ONCE]])
    finally:
        bus.close()
    until_decided(url, len(filings))


def inbound(filing: FlightPlanRequested) -> Inbound:
    """A filing as an outsider sends it."""
    return Inbound(filing.topic, filing.request_key, type(filing).__name__, encode(filing))


def until_decided(url: str, plans: int) -> None:
    """Wait until so many plans are there and none waits for its decision."""
    question = "SELECT count(*), count(*) FILTER (WHERE state = 'submitted') FROM flightplan.plan"
    _until(url, question, lambda row: row == (plans, 0), lambda row: f"{row[0] - row[1]:,} of {plans:,} plans decided")


def _until_known(url: str, sites: int) -> None:
    question = "SELECT (SELECT count(*) FROM flightplan.site), (SELECT count(*) FROM airspace.site)"
    _until(url, question, lambda row: row == (sites, sites))


def _until(
    url: str, question: LiteralString, reached: Callable[[Any], bool], told: Callable[[Any], str] | None = None
) -> None:
    """Ask until it is reached, and tell every ten seconds how far it is."""
    began, said = time.monotonic(), 0
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        while not reached(row := connection.execute(question).fetchone()):
            since = time.monotonic() - began
            if since > _QUIET_S:
                raise TimeoutError(f"not within {_QUIET_S} s: {question}")
            if told is not None and since // 10 > said:
                said = int(since // 10)
                say(told(row))
            time.sleep(0.5)


def _today(city: CityProfile) -> date:
    return datetime.now(city.timezone).date()


def _digest() -> str:
    """Changes with the world and with how volumes and keys are stored; tables are migrated as they are."""
    kept = (keys.DAY_US, keys.SLOT_US, keys.CELLS_A_DEGREE, keys.COARSE, keys.MOST_KEYS, records.RECORD.descr, _FORMAT)
    world_source = (ROOT / "tests" / "bench" / "world.py").read_bytes()
    return hashlib.sha256(world_source + repr(kept).encode()).hexdigest()[:10]


def libpq(url: str) -> str:
    """The URL without SQLAlchemy's driver name."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
