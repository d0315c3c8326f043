"""One file a migration, oldest first by its number."""
