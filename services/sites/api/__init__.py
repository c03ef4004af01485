"""HTTP in and out; no decisions."""

from services.sites.api import changes, city, coverage, files, history, progress, reports, scenarios, sites

routers = (
    files.router,
    sites.router,
    progress.router,
    history.router,
    changes.router,
    reports.router,
    scenarios.router,
    coverage.router,
    city.router,
)
