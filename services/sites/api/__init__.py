"""HTTP in and out; no decisions."""

from services.sites.api import city, coverage, files, progress, sites

routers = (files.router, sites.router, progress.router, coverage.router, city.router)
