"""A demo city on top of Wuhan's facts, and a day of flights in it: seeded, reproducible, labelled throughout."""
