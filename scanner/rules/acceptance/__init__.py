"""Accepted risk: exceptions and baselines put on findings."""
