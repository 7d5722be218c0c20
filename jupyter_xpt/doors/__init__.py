"""The doors that users come in by: magics, command line, server. They parse, call and show."""
