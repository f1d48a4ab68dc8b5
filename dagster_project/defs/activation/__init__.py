"""Stage ``activation`` of the data's path."""
