"""Stage ``segments`` of the data's path."""
