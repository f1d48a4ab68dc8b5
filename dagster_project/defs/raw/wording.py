"""What sources.yaml said when a file was taken in: the words that decide which rows it gives.

They stand in the note of each copy (``copies``), so that a lost warehouse reads it as it was read. What
the project itself says of a table, its columns, their types and keys, is always today's.
"""

from typing import Any

from pydantic import ValidationError

from dagster_project.sources import Source

_BY_COLUMN = {"columns", "values", "range"}
_WORDS = _BY_COLUMN | {
    "delimiter",
    "encoding",
    "decimal_sign",
    "date_format",
    "timestamp_format",
    "timezone",
    "final_newline",
    "empty",
    "delivery",
}


def words_of(source: Source) -> dict[str, Any]:
    """The words as JSON holds them."""
    return source.model_dump(mode="json", include=_WORDS)


def with_words(source: Source, words: dict[str, Any]) -> Source:
    """The source of today, with the words of another day where they still mean something."""
    known = {name: word for name, word in words.items() if name in _WORDS}
    for name in _BY_COLUMN & known.keys():
        known[name] = {
            column: word for column, word in known[name].items() if column in source.contract
        }
    try:
        return Source.model_validate({**source.model_dump(by_alias=True), **known})
    except ValidationError:
        # A range of numbers, say, and the column holds days by now.
        return source
