"""The kinds of identity, one module each: a kind is a class, a fact an attribute, a dotted name a nested class."""
