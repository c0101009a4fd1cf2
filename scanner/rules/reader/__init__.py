"""Files that people write become policies, exceptions and settings; every fault has its place."""
