"""Superset's settings for reading Skikt: all that it writes lies in one folder, and nothing is sent anywhere."""

import os
from pathlib import Path

FOLDER = Path(os.environ["SUPERSET_FOLDER"])
SECRET_KEY = (FOLDER / "secret_key").read_text("utf-8").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{FOLDER / 'superset.db'}"
# Skikt publishes once a day; what is shown is read anew each time.
CACHE_CONFIG = DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
