"""Datasets compared, said in a line, and freed from secrets: pure functions."""
