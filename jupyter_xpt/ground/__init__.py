"""The ground: errors, names and the records that lie on disk. Imports nothing of ours above it."""
