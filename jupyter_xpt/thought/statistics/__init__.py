"""Statistics: whether it is better, or was luck."""
