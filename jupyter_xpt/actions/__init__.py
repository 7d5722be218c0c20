"""The actions: what a user asks for, put together from thought and edges."""
