"""What machine identities are there, and what policy says about them."""

__version__ = "0.1.0"
