"""Maps of frameworks, and what a run tells of their controls."""
