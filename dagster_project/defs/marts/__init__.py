"""Stage ``marts`` of the data's path."""
