"""Train the adapter of sft on, by direct preference optimisation over pairs of replies."""
