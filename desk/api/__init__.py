"""What other programs call: drafts and their outcomes, OpenAI's chat completions, health."""
