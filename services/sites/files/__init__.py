"""Files of sites, in and out: CSV, XLSX and GeoJSON that read back as the same sites; the record that UOM takes."""
