"""Parameters: what an experiment is set to, read from its source and its configuration files."""
