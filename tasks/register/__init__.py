"""Register the recommended candidate in MLflow with its evidence, as `challenger`."""
