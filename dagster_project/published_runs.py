"""What the runs before this one were defined by: which audiences were edited since, and which days to replay."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dagster_project import state
from dagster_project.home import Home
from dagster_project.rules import read_rules
from models.segmentation.replay import Definition, edited_audiences, replay_days


@dataclass(frozen=True)
class PublishedRuns:
    """Runs as the published state knows them, oldest first.

    Attributes:
        before: of days before the as-of day: ``as_of``, ``definition_versions``, ``replayed``, ``drafts``.
        of_today: what an earlier run of the same day replayed; that day is decided anew.
    """

    before: list[dict[str, Any]]
    of_today: list[Definition]

    @classmethod
    def of(cls, home: Home, as_of: date) -> "PublishedRuns":
        """Read them from the published state."""
        runs = (state.read_model(home, state.SEGMENT_RUNS) or {"runs": []})["runs"]
        day = as_of.isoformat()
        replayed = [
            tuple(pair) for run in runs if run["as_of"] == day for pair in run.get("replayed", ())
        ]
        return cls([run for run in runs if run["as_of"] < day], replayed)

    @property
    def drafts(self) -> set[str]:
        """Audiences that were drafts in the run before."""
        return set(self.before[-1].get("drafts", ())) if self.before else set()

    def edited(self, home: Home) -> dict[str, str]:
        """The version in force of each audience that was defined otherwise in the run before."""
        now = {rule.segment_id: rule.definition_version for rule in read_rules(home)}
        before = self.before[-1]["definition_versions"] if self.before else {}
        return {name: now[name] for name in edited_audiences(now, before)}

    def days_to_replay(self, as_of: date) -> list[date]:
        """The days on which an edited audience is looked at again."""
        return replay_days([date.fromisoformat(run["as_of"]) for run in self.before], as_of)
