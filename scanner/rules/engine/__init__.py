"""Rules become columns: predicates lowered, compiled and evaluated over tables, groups and missing fields included."""
