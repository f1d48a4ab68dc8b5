"""What sales and service say of segments: ``state/feedback.csv`` of the home, where there is one.

Voices are counted by segment (``segments/segment_quality``); further columns, such as a note and who gave
it, are for people and are not read.
"""

from collections import Counter

import pyarrow as pa

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.sheets import lines_of

FEEDBACK_FILE = "feedback.csv"
AGREE, DISAGREE = "agree", "disagree"
_COLUMNS = ("segment_id", "verdict")
_SCHEMA = pa.schema(
    [("segment_id", pa.string()), ("agreeing", pa.int64()), ("disagreeing", pa.int64())]
)


def read_feedback(home: Home) -> pa.Table:
    """``segment_id``, ``agreeing``, ``disagreeing``; no rows without the file.

    Raises:
        ConfigurationError: a line cannot be used; names the line, never what it says.
    """
    voices: Counter[tuple[str, str]] = Counter()
    for number, line in lines_of(home.state / FEEDBACK_FILE, _COLUMNS, _sentence):
        segment, verdict = line["segment_id"], line["verdict"].lower()
        if not segment or verdict not in {AGREE, DISAGREE}:
            raise ConfigurationError(
                _sentence(f"line {number}: it names no segment, or says neither of both")
            )
        voices[segment, verdict] += 1
    segments = sorted({segment for segment, _ in voices})
    rows = [
        {
            "segment_id": segment,
            "agreeing": voices[segment, AGREE],
            "disagreeing": voices[segment, DISAGREE],
        }
        for segment in segments
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _sentence(found: str) -> str:
    return (
        f"state/{FEEDBACK_FILE} cannot be used ({found}). It needs the header {','.join(_COLUMNS)} and lines "
        f"like `audience.promoters,{AGREE}`, the verdict {AGREE} or {DISAGREE} (docs/segments.md)."
    )
