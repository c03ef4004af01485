"""Whom a site reaches: the service standard, demand as arrays, and which points lie within a radius. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from services.sites.domain.demand import DemandPoint
from services.sites.domain.errors import StandardNotClear
from shared.city import Dispatch
from shared.contracts.sites import SiteFunction, SiteKind, SiteSpec
from shared.geodesy import legs, padding_deg

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BOX_M = 1.0  # by which the box that narrows is wider


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTime:
    """On scene within so many minutes of the call; what is not said of the way there is as usual in the city."""

    minutes: Annotated[float, Gt(0.0), Le(240.0)]
    launch_delay_s: Annotated[float, Ge(0.0), Le(3_600.0)] | None = None
    cruise_mps: Annotated[float, Gt(0.0), Le(120.0)] | None = None
    wind_mps: Annotated[float, Ge(0.0), Le(60.0)] | None = None

    def radius_m(self, usual: Dispatch, at: str = "") -> float:
        """How far that is: the way at cruise speed, less the wind, in what the launch leaves of the time.

        Raises StandardNotClear for a field of `at` where that is nothing.
        """
        delay_s = usual.launch_delay_s if self.launch_delay_s is None else self.launch_delay_s
        cruise_mps = usual.cruise_mps if self.cruise_mps is None else self.cruise_mps
        wind_mps = usual.wind_mps if self.wind_mps is None else self.wind_mps
        if self.minutes * 60 <= delay_s:
            raise StandardNotClear(f"{self.minutes:g} are over before the launch after {delay_s:g} s", f"{at}minutes")
        if cruise_mps <= wind_mps:
            raise StandardNotClear(f"{wind_mps:g} leaves nothing of a speed of {cruise_mps:g} m/s", f"{at}wind_mps")
        return (self.minutes * 60 - delay_s) * (cruise_mps - wind_mps)


@dataclass(frozen=True, slots=True)
class Server:
    """A site in use, as far as coverage asks; a null radius is the usual one."""

    lng: float
    lat: float
    kind: SiteKind
    functions: Collection[SiteFunction]
    service_radius_m: float | None

    @staticmethod
    def of(spec: SiteSpec) -> "Server":
        """The site as its planner states it."""
        return Server(spec.lng, spec.lat, spec.kind, frozenset(spec.functions), spec.service_radius_m)


@dataclass(frozen=True, slots=True)
class Standard:
    """Who serves and how far: sites of a kind, with a function, within one radius or each its own (else the usual)."""

    usual_m: float
    radius_m: float | None = None
    kind: SiteKind | None = None
    function: SiteFunction | None = None

    def reach_m(self, server: Server) -> float | None:
        """How far the site serves; None where it does not count."""
        if self.kind not in (None, server.kind):
            return None
        if self.function is not None and self.function not in server.functions:
            return None
        if self.radius_m is not None:
            return self.radius_m
        return self.usual_m if server.service_radius_m is None else server.service_radius_m


@dataclass(frozen=True, eq=False)  # without slots, for what is derived once
class Demand:
    """Demand points as columns in the order of their latitude; `district` counts into `adcodes`."""

    lng: Floats
    lat: Floats
    weight: Floats
    district: Ints
    adcodes: tuple[str, ...]

    @staticmethod
    def of(points: Sequence[DemandPoint]) -> "Demand":
        """The points, ordered."""
        adcodes, district = np.unique([point.adcode for point in points], return_inverse=True)
        lng, lat, weight = (
            np.array([getattr(point, name) for point in points], np.float64) for name in ("lng", "lat", "population")
        )
        order = np.argsort(lat, kind="stable")
        codes = tuple(str(adcode) for adcode in adcodes)
        return Demand(lng[order], lat[order], weight[order], district.ravel()[order].astype(np.int64), codes)

    def __len__(self) -> int:
        return len(self.lng)

    @cached_property
    def people(self) -> Floats:
        """The weight of each district."""
        return self.by_district(np.ones(len(self), np.bool_))

    def by_district(self, chosen: NDArray[np.bool_]) -> Floats:
        """The weight of the chosen points in each district."""
        return np.asarray(np.bincount(self.district, self.weight * chosen, len(self.adcodes)), np.float64)

    def within(self, lng: float, lat: float, radius_m: float) -> Ints:
        """The points at most so far from a position along the ellipsoid; a box of degrees narrows."""
        pad_lng, pad_lat = padding_deg(lat, radius_m + BOX_M)
        first, last = np.searchsorted(self.lat, (lat - pad_lat, lat + pad_lat))
        near: Ints = first + np.flatnonzero(np.abs(self.lng[first:last] - lng) <= pad_lng)
        _, _, metres = legs(np.full(len(near), lng), np.full(len(near), lat), self.lng[near], self.lat[near])
        return near[metres <= radius_m]
