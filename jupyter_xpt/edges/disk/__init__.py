"""The disk: what we write, and what we read of what others wrote."""
