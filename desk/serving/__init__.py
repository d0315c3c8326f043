"""The champion in memory, how it is followed, and the queue of tickets before it."""
