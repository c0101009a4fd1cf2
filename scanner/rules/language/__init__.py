"""The words of the policy language: its tree and syntax, operators and constants, and values as people read them."""
