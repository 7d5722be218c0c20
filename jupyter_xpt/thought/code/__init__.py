"""Code: what a source means, what changed in it, and what it depends on."""
