"""Stage ``staging`` of the data's path."""
