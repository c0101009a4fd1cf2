"""What machine identities are there, and what policy says about them."""
