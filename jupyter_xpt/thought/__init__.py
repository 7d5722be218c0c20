"""Pure thought: values in, values out. No clock, no path, no environment."""
