"""What training an adapter takes, whatever it learns from. The stages sft and dpo share it."""
