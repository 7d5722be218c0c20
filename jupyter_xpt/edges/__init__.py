"""The edges: each module owns one outside thing (the disk, git, the output streams, the kernel …)."""
