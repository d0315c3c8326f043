"""Fine-tune a LoRA adapter on the curated replies."""
