"""One folder per stage of the data's path; stages speak by asset key, never by import."""
