"""Cryptographic objects become rows; the only room that interprets keys and certificates."""
