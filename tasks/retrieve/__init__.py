"""Find for each ticket the clauses in force on its day."""
