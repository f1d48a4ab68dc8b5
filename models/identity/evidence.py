"""What two prepared nodes show about each other: outcomes of comparing names, dates, addresses.

Here: SQL macros over the columns of a pair, each giving a small number. What an outcome weighs, and
under which names, is in ``settings``.

Why macros: DuckDB finds equal expressions and evaluates them once per pair, if they stand where
they are always evaluated (``evaluated``). Levels that spelt these conditions out took ten times as
long (2.3 s instead of 0.2 s for 230,000 pairs).
"""

from dataclasses import dataclass, replace

import duckdb


@dataclass(frozen=True)
class Macro:
    """A comparison of two nodes.

    Attributes:
        name: of the SQL macro.
        columns: of a node; the macro takes each twice, as ``<column>_l`` and ``<column>_r``.
        outcomes: meaning of the numbers 0, 1, 2, ... that it gives.
        body: SQL of the macro.
    """

    name: str
    columns: tuple[str, ...]
    outcomes: tuple[str, ...]
    body: str

    @property
    def call(self) -> str:
        """SQL that calls the macro for a pair."""
        return f"{self.name}({', '.join(_sides(self.columns))})"

    def is_any(self, *outcomes: str) -> str:
        """SQL condition: the pair shows one of the outcomes."""
        numbers = [str(self.outcomes.index(outcome)) for outcome in outcomes]
        if len(numbers) == 1:
            return f"{self.call} = {numbers[0]}"
        return f"{self.call} in ({', '.join(numbers)})"

    @property
    def definition(self) -> str:
        """SQL that creates the macro."""
        arguments = ", ".join(_sides(self.columns))
        return f"create or replace macro {self.name}({arguments}) as ({self.body})"


def _sides(columns: tuple[str, ...]) -> list[str]:
    return [f"{column}_{side}" for column in columns for side in "lr"]


_SWAPPED = """((given_l = family_r
        and (family_l = given_r or jaro_winkler_similarity(family_l, given_r) >= 0.85))
    or (family_l = given_r and jaro_winkler_similarity(given_l, family_r) >= 0.85))"""


def _one_error(column: str) -> str:
    """SQL: at most one typing error apart, two letters swapped among them.

    Levenshtein's distance takes a quarter of the time and is at most twice as long.
    """
    return f"(levenshtein({column}_l, {column}_r) <= 2 and damerau_levenshtein({column}_l, {column}_r) <= 1)"


def _mistyped(column: str, similarity: float) -> str:
    """SQL: one typing error apart, or alike. Guarded by a cheap test: errors spare one end."""
    return f"""(({column}_l[1] = {column}_r[1] or {column}_l[2:3] = {column}_r[2:3])
        and (jaro_winkler_similarity({column}_l, {column}_r) >= {similarity}
            or (abs(length({column}_l) - length({column}_r)) <= 1 and length({column}_l) > 3
                and {_one_error(column)})))"""


_POSTAL_ALIKE = f"""(postal_l = postal_r or (length(postal_l) = length(postal_r)
    and length(postal_l) > 3 and {_one_error("postal")}))"""

_STREET_ALIKE = f"""(street_l = street_r or {_mistyped("street", 0.9)})"""

_CITY_ALIKE = f"""(city_l = city_r or {_mistyped("city", 0.9)})"""

GIVEN_NAME = Macro(
    name="compare_given_names",
    columns=("given", "family", "given_key", "given_keys", "given_tokens"),
    outcomes=(
        "unknown",
        "same",
        "swapped with surname",
        "other form of the name",
        "one of several names",
        "initial",
        "typing error",
        "same beginning",
        "different",
    ),
    body=f"""case
        when given_l is null or given_r is null then 0
        when given_l = given_r then 1
        when {_SWAPPED} then 2
        when given_key_l = given_key_r or (len(given_keys_l) + len(given_keys_r) > 2
            and list_has_any(given_keys_l, given_keys_r)) then 3
        when (len(given_tokens_l) + len(given_tokens_r) > 2
                and list_has_any(given_tokens_l, given_tokens_r))
            or (starts_with(given_r, given_l) and length(given_l) > 2)
            or (starts_with(given_l, given_r) and length(given_r) > 2) then 4
        when given_l[1] = given_r[1] and least(length(given_l), length(given_r)) = 1 then 5
        when {_mistyped("given", 0.88)} then 6
        when given_l[1:3] = given_r[1:3] then 7
        else 8 end""",
)
"""Nicknames, hyphens, initials, typing errors, fields swapped; "same beginning" as short forms have
that no table holds."""

SURNAME = Macro(
    name="compare_surnames",
    columns=("family", "given", "family_tokens", "given_tokens"),
    outcomes=(
        "unknown",
        "same",
        "swapped with given name",
        "part of a double name",
        "typing error",
        "different",
    ),
    body=f"""case
        when family_l is null or family_r is null then 0
        when family_l = family_r then 1
        when {_SWAPPED} then 2
        when (len(family_tokens_l) + len(family_tokens_r) > 2
                and list_has_any(family_tokens_l, family_tokens_r))
            or (len(given_tokens_l) > 1 and list_contains(given_tokens_l, family_r))
            or (len(given_tokens_r) > 1 and list_contains(given_tokens_r, family_l)) then 3
        when {_mistyped("family", 0.9)} then 4
        else 5 end""",
)
"""Double names, also with one half among the given names; typing errors."""


def _names_states() -> list[int]:
    """State of both names for each outcome of the given name and, within it, of the surname."""
    given_agrees, surname_agrees = range(1, 7), range(1, 5)
    states = []
    for given in range(len(GIVEN_NAME.outcomes)):
        for surname in range(len(SURNAME.outcomes)):
            if given == 0:
                states.append(0)
            elif surname in surname_agrees:
                states.append(1 if given in given_agrees else 2 if given == 7 else 3)
            else:
                states.append(4 if given in given_agrees else 5)
    return states


NAMES = Macro(
    name="compare_names",
    columns=(*dict.fromkeys((*GIVEN_NAME.columns, *SURNAME.columns)),),
    outcomes=(
        "no given name",
        "namesakes",
        "likely namesakes",
        "relatives",
        "same given name",
        "strangers",
    ),
    body=f"[{', '.join(map(str, _names_states()))}]"
    f"[1 + {GIVEN_NAME.call} * {len(SURNAME.outcomes)} + {SURNAME.call}]",
)
"""The state of both names, under which all other evidence is weighed. "Likely namesakes" share the
surname and the beginning of the given name; "same given name" have no surname in common."""

BIRTH_DATE = Macro(
    name="compare_birth_dates",
    columns=("birth_date", "birth_swap", "birth_text"),
    outcomes=("unknown", "same", "day and month swapped", "one digit differs", "different"),
    body="""case
        when birth_date_l is null or birth_date_r is null then 0
        when birth_date_l = birth_date_r then 1
        when birth_swap_l = birth_date_r then 2
        when hamming(birth_text_l, birth_text_r) <= 1
            or (hamming(birth_text_l, birth_text_r) = 2
                and damerau_levenshtein(birth_text_l, birth_text_r) <= 1) then 3
        else 4 end""",
)

EMAIL = Macro(
    name="compare_emails",
    columns=("email", "email_local", "email_number"),
    outcomes=(
        "unknown",
        "same",
        "same number, nearly the same",
        "same name at another provider",
        "different",
    ),
    body="""case
        when email_l is null or email_r is null then 0
        when email_l = email_r then 1
        when email_number_l = email_number_r and email_local_l[1] = email_local_r[1]
            and jaro_winkler_similarity(email_local_l, email_local_r) >= 0.9 then 2
        when email_local_l = email_local_r then 3
        else 4 end""",
)

ADDRESS = Macro(
    name="compare_addresses",
    columns=("street", "house_no", "postal", "city"),
    outcomes=("unknown", "same address", "similar address", "same place", "other address"),
    body=f"""case
        when coalesce(postal_l, city_l) is null or coalesce(postal_r, city_r) is null then 0
        when house_no_l is not distinct from house_no_r
            and (postal_l = postal_r or city_l = city_r)
            and (street_l = street_r or (postal_l = postal_r
                and jaro_winkler_similarity(street_l, street_r) >= 0.88)) then 1
        when {_POSTAL_ALIKE} then case
            when {_STREET_ALIKE} or (house_no_l = house_no_r and {_CITY_ALIKE}) then 2
            when postal_l = postal_r or {_CITY_ALIKE} then 3
            else 4 end
        when {_STREET_ALIKE} and {_CITY_ALIKE} then 2
        when (postal_l is null or postal_r is null) and city_l = city_r then 0
        else 4 end""",
)
"""A street needs its house number; one part of an address may be mistyped or be another one; a
postal code alone is weaker; a city says nothing, half a country may live in it."""

PHONE = Macro(
    name="compare_phones",
    columns=("phone",),
    outcomes=("unknown", "same", "other phone"),
    body="""case
        when phone_l is null or phone_r is null then 0
        when phone_l = phone_r then 1
        else 2 end""",
)

MACROS = (GIVEN_NAME, SURNAME, NAMES, BIRTH_DATE, EMAIL, ADDRESS, PHONE)

PARENT_AND_CHILD = Macro(
    name="are_parent_and_child",
    columns=("birth_date",),
    outcomes=("no", "yes"),
    body="abs(year(birth_date_l) - year(birth_date_r)) between 15 and 50",
)
"""Two birth dates as of parent and child."""

NO_FAMILIES = replace(PARENT_AND_CHILD, body="false")
"""The same where no family shows in the data."""


def pair_columns(*columns: str) -> str:
    """SQL: these columns of the nodes ``l`` and ``r``, suffixed as the macros take them; each once."""
    return ", ".join(
        f"{side}.{column} as {column}_{side}" for side in "lr" for column in dict.fromkeys(columns)
    )


def evaluated(*macros: Macro) -> str:
    """SQL that is always true and evaluates the macros; to stand first in a comparison's first level.

    Without it each level evaluates them anew: 8.0 s instead of 6.5 s for 2,200,000 pairs.
    """
    return f"{' + '.join(macro.call for macro in macros)} >= 0"


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Create all macros on ``con`` but what depends on whether families show."""
    for macro in MACROS:
        con.execute(macro.definition)


def create_family_macro(con: duckdb.DuckDBPyConnection, *, families: bool) -> None:
    """Create the macro that tells parent and child apart from one person's two birth dates."""
    con.execute((PARENT_AND_CHILD if families else NO_FAMILIES).definition)
