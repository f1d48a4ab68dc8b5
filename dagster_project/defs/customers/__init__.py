"""Stage ``customers`` of the data's path."""
