"""Stage ``publication`` of the data's path."""
