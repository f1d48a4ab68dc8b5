"""Whether a run is to fit the segments' models anew: it is one of the job ``refit_segments``, with a reason.

The job itself stands beside the models, in ``defs.segments.fitted_models``.
"""

import dagster as dg

REFIT_SEGMENTS = "refit_segments"
REASON_TAG = "skikt/reason"


def asked_refit(run: dg.DagsterRun) -> str:
    """Why the run was asked to fit anew, in words; empty where it was not."""
    if run.job_name != REFIT_SEGMENTS:
        return ""
    reason = run.tags.get(REASON_TAG, "").strip()
    return f"asked for: {reason}" if reason else "asked for, without a reason"
