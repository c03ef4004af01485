"""A second opinion on every decision: own code from the ellipsoid up, brute force, no helper of the platform.

`earth` knows the ellipsoid, `matter` what flights and zones are, `flights` how an intent becomes slices, `schedules`
when a zone is active, `terminals` which flights a site settles and `holders` who holds which pad. None of them imports
the platform, GEOS, PROJ or PostGIS (a test holds that). `plan_pairs` and `zone_pairs` make pairs either side of
touching, as `placing` puts them, and `plays` what happens at sites; `service` and `staged` ask the platform about them,
and `python -m tests.oracle N` compares the two.
"""
