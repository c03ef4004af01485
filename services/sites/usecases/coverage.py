"""Coverage, computed in PostGIS and kept until a site event changes it."""

from dataclasses import dataclass, field
from threading import Lock

import sqlalchemy as sa

from services.sites.domain.coverage import Coverage
from services.sites.store import coverage as store
from shared.contracts.sites import SiteKind

MOST_KEPT = 64


@dataclass(slots=True)
class CoverageCache:
    """The answers given since the last site event, by what was asked."""

    usual_m: float
    _answers: dict[tuple[float | None, SiteKind | None], Coverage] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, connection: sa.Connection, radius_m: float | None, kind: SiteKind | None) -> Coverage:
        """Coverage with every site's own radius, or with one for all; of all sites or those of a kind.

        `connection` sees one state of the database, so answer and stamp belong together.
        """
        stamp, question = store.stamp(connection), (radius_m, kind)
        with self._lock:
            known = self._answers.get(question)
        if known is not None and known.stamp == stamp:
            return known
        districts, sites = store.covered(connection, radius_m, kind, self.usual_m)
        answer = Coverage(districts=tuple(districts), sites=sites, stamp=stamp)
        with self._lock:
            if len(self._answers) >= MOST_KEPT:
                self._answers.clear()
            self._answers[question] = answer
        return answer
