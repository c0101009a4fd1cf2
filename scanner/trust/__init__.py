"""Whose rules a certificate lives under: roots, chains, owners."""
