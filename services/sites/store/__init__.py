"""Tables and queries of sites: the only modules of the service that know SQL."""
