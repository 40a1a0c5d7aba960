"""Sheets of other systems, row by row, into events: what a column means is said by a map, a small TOML file."""
