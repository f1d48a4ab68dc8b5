"""Stage ``raw`` of the data's path."""
