"""HTTP in and out; no decisions."""

from services.airspace.api import questions, zones

routers = (zones.router, questions.router)
