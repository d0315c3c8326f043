"""Draft a reply to each holdout ticket, with one candidate."""
