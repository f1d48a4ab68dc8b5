"""From the text of a predicate to sqlglot's tree, which ``predicate_grammar`` does not trust."""

from typing import Any

import sqlglot
from sqlglot import TokenType, exp

from models.segmentation.predicate_errors import PredicateText

MAX_CHARACTERS = 4_000


def parse(text: PredicateText) -> exp.Expr:
    """Parse exactly one expression in DuckDB's dialect.

    Raises:
        ValueError: too long, not SQL, several statements, or comments.
    """
    if len(text.text) > MAX_CHARACTERS:
        raise text.error(
            f"the predicate has {len(text.text)} characters; at most {MAX_CHARACTERS} are allowed. "
            "Split the audience in two."
        )
    try:
        tokens = sqlglot.tokenize(text.text, read="duckdb")
        statements = sqlglot.parse(text.text, read="duckdb")
    except RecursionError:
        raise text.error("nested too deeply; use fewer brackets.") from None
    except Exception as error:
        # The parser answers some nonsense with TypeError and the like ('->'), which means no more
        # than its own ParseError: this is not an expression.
        raise text.error_at(
            "this is not a condition. Write comparisons joined by and / or, for example "
            "visits_365d >= 1 and age_years between 25 and 60.",
            _error_start(text.text, error),
        ) from None
    _refuse_comments(text, tokens)
    if len(statements) != 1 or not isinstance(statements[0], exp.Expr):
        raise text.error("exactly one condition is needed. Join several by and / or.")
    return statements[0]


def _refuse_comments(text: PredicateText, tokens: list[Any]) -> None:
    for token in tokens:
        if token.comments or token.token_type in {TokenType.SEMICOLON, TokenType.COMMENT}:
            raise text.error_at(
                "comments and semicolons are not allowed. Write comments as YAML, after '#'.",
                token.start,
            )


def _error_start(text: str, error: Exception) -> int | None:
    """Where a ParseError of sqlglot points."""
    for item in getattr(error, "errors", []):
        if item.get("line") and item.get("col"):
            lines = text.split("\n")[: item["line"] - 1]
            width = len(item.get("highlight") or "")
            return sum(len(line) + 1 for line in lines) + max(int(item["col"]) - width, 0)
    return None
