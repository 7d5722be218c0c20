"""Data: files, frames, arrays and tensors described and digested; their libraries are never imported by us."""
