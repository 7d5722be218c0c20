"""The kernel: its shell, streams, modules, random generators, and the notebook it belongs to."""
