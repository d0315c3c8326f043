"""Fetch or train the base model: safetensors with their revision and hashes."""
