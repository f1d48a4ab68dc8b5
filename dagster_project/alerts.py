"""What people are told after a run: that it failed, and which checks fail that did not before.

A check that failed in the run before is not told again; a stale source is told once, at its delivery, and
not for each table that rests on it. Where the message goes is ``messengers``; what to do comes from
``runbook``. Metadata of checks holds figures and never a value of a person, so a message does too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from dagster_project.messengers import send
from dagster_project.runbook import next_step
from dagster_project.settings import Settings, load_settings
from dagster_project.vocabulary import FRESHNESS_CHECK, RAW

Check = tuple[str, str]
"""The asset's key as ``stage/name``, and the check's name."""


# Runs to look through for the last one that ended well.
_LOOK_BACK = 50


@dataclass(frozen=True)
class Finding:
    """A check that fails and did not before."""

    asset: str
    check: str
    figures: dict[str, Any]

    def text(self, ui_url: str) -> str:
        """Figure, asset and link."""
        figures = ", ".join(f"{name} {value}" for name, value in self.figures.items())
        return (
            f"{self.check} of {self.asset}: {figures or 'failed'}\n"
            f"  {ui_url}/assets/{self.asset}?view=checks"
        )


@dataclass(frozen=True)
class Message:
    """One message about one run."""

    subject: str
    text: str


def tell_about(instance: dg.DagsterInstance, run_id: str, failure: str = "") -> None:
    """Send one message about a run, if there is anything new to say and anybody to say it to.

    Args:
        instance: Dagster's records.
        run_id: a run that has ended.
        failure: the sentence that it ended with; empty where it succeeded.
    """
    settings = load_settings()
    if not settings.has_messengers:
        return
    failing = failing_checks(instance, run_id)
    before = _failing_before(instance, run_id)
    new = [finding for check, finding in failing.items() if check not in before]
    message = compose(settings, run_id, new, len(failing) - len(new), failure)
    if message:
        send(settings, message.subject, message.text)


def failing_checks(instance: dg.DagsterInstance, run_id: str) -> dict[Check, Finding]:
    """The checks that failed in a run, in the order that they were looked at."""
    records = instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    evaluations = [record.event_log_entry.asset_check_evaluation for record in records]
    return {
        (asset, check.check_name): Finding(asset, check.check_name, _figures(check.metadata))
        for check in evaluations
        if check and not check.passed
        for asset in [check.asset_key.to_user_string()]
        if check.check_name != FRESHNESS_CHECK or _is_source(check.asset_key)
    }


def compose(
    settings: Settings, run_id: str, new: Sequence[Finding], known: int, failure: str
) -> Message | None:
    """The message; None where there is nothing new to say."""
    if not new and not failure:
        return None
    checks = f"{len(new)} check{'s' * (len(new) != 1)} newly failing" if new else ""
    subject = "Skikt: " + " and ".join(filter(None, ["the run failed" if failure else "", checks]))
    parts = [f"{failure}\nRun: {settings.ui_url}/runs/{run_id}" if failure else ""]
    by_step: dict[str, list[str]] = {}
    for finding in new:
        by_step.setdefault(next_step(finding.check), []).append(finding.text(settings.ui_url))
    parts += ["\n".join([*lines, f"  Next: {step}"]) for step, lines in by_step.items()]
    if known:
        parts.append(f"{known} more fail as in the run before.")
    return Message(subject, "\n\n".join(filter(None, parts)))


def _failing_before(instance: dg.DagsterInstance, run_id: str) -> set[Check]:
    """What failed since the last run that ended well, that run included."""
    runs = [record.dagster_run for record in instance.get_run_records(limit=_LOOK_BACK)]
    ids = [run.run_id for run in runs]
    failing: set[Check] = set()
    for run in runs[ids.index(run_id) + 1 :] if run_id in ids else []:
        failing |= failing_checks(instance, run.run_id).keys()
        # The small jobs look at no check.
        if run.status == dg.DagsterRunStatus.SUCCESS and _has_checks(instance, run.run_id):
            break
    return failing


def _has_checks(instance: dg.DagsterInstance, run_id: str) -> bool:
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    return bool(instance.get_records_for_run(run_id, of_type=kind, limit=1).records)


def _is_source(key: dg.AssetKey) -> bool:
    """Whether it is the raw table of a source, ``<system>__<table>``."""
    return key.path[0] == RAW and "__" in key.path[-1]


def _figures(metadata: Any) -> dict[str, Any]:
    """The plain figures of a check, its limit last."""
    plain = {
        name: entry.value
        for name, entry in metadata.items()
        if isinstance(getattr(entry, "value", None), (int, float, str)) and "/" not in name
    }
    return {name: plain[name] for name in sorted(plain, key=lambda name: name.startswith("limit"))}
