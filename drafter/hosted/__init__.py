"""Hosted models as generators: Anthropic's API, and OpenAI's or any that speaks its protocol."""
