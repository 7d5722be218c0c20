"""The host: the machine, its processes, and git."""
