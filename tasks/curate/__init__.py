"""Clean, pseudonymise, deduplicate and split the tickets so that nothing leaks."""
