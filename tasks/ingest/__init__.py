"""Turn the exports that params.yaml names into our records."""
