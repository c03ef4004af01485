"""HTTP in and out; no decisions."""

from services.airspace.api import ogc, questions, tiles, zones

routers = (zones.router, questions.router, ogc.router, tiles.router)
