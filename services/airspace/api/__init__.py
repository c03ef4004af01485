"""HTTP in and out; no decisions."""

from services.airspace.api import closings, ogc, questions, tiles, zones

routers = (zones.router, questions.router, closings.router, ogc.router, tiles.router)
