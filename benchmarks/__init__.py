"""Ratios against other tools, measured in pairs: `make bench`."""
