"""What changed between two rules or findings, and whether it judges more or less."""
