"""`python -m scanner` is the command `certgate`."""

from scanner.cli import entry

entry()
