"""Set bad rows aside with their reasons; stop where the data as a whole is bad."""
