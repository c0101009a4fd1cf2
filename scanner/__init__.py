"""What machine identities are there, and what policy says about them."""

__version__ = "0.1.0"
HOME = "https://example.com/certgate"
"""Where the project is at home; a reserved name (RFC 2606) until it is published."""
