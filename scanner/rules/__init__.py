"""Policies: read, checked, compiled to columns and evaluated; this room never sees a key or a certificate."""
