"""Score every candidate on the same tickets."""
