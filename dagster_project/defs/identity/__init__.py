"""Stage ``identity`` of the data's path."""
