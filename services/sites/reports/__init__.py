"""Reports for the city's offices, in Chinese: a value built from the history, written down by a renderer a format."""
