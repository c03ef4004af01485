"""Tables and queries of flightplan: the only modules that know SQL."""
