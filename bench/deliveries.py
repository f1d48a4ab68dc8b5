"""Writes the demo deliveries of one size into the home in force."""

import sys

from dagster_project.settings import load_demo_settings, load_settings, today
from demo.deliveries import write_deliveries

if __name__ == "__main__":
    home = load_settings().home_folders
    home.create()
    write_deliveries(
        people=int(sys.argv[1]),
        seed=load_demo_settings().seed,
        as_of=load_settings().as_of or today(),
        landing=home.landing,
        truth=home.demo_truth,
    )
