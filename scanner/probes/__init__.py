"""Probes: addresses to records; they connect, ask, and say what they saw, never what it is worth."""
