"""Cut the policies into dated clauses and make them searchable."""
