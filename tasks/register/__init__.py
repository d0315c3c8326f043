"""Register the winner in MLflow with its evidence, as `challenger`."""
