"""Tables and queries of airspace: the only place that knows its SQL."""
