"""HTTP in and out; no decisions."""

from services.airspace.api import closings, conflicts, ogc, questions, tiles, zones

routers = (zones.router, questions.router, conflicts.router, closings.router, ogc.router, tiles.router)
