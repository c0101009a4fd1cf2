"""Sightings become assets: one row per object, with what every source said of it."""
