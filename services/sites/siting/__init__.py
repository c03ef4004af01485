"""Where to build: `mclp`, `lscp` and `p_median`, every answer with its bound and gap. Needs no server."""
