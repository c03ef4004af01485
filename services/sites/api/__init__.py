"""HTTP in and out; no decisions."""

from services.sites.api import (
    changes,
    city,
    coverage,
    demand,
    files,
    history,
    operations,
    progress,
    reports,
    scenarios,
    sites,
    what_if,
)

routers = (
    files.router,
    operations.router,
    sites.router,
    progress.router,
    history.router,
    changes.router,
    reports.router,
    scenarios.router,
    coverage.router,
    what_if.router,
    demand.router,
    city.router,
)
