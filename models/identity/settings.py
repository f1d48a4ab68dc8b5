"""What counts as the same person (Fellegi & Sunter 1969): the comparisons, as Splink settings.

Here: every comparison as a named function with the reason why it exists. What two nodes show about
each other is computed in ``evidence``, which pairs are compared at all is in ``blocking``; the
weights are estimated in ``training`` and pinned in a fitted model (``prior.json`` ships one).

Evidence that belongs together is not counted twice. A family shares surname, address, phone and
sometimes a mailbox, so the weight of a shared address depends on whose names agree. Splink adds
the weights of its comparisons; therefore a level here may belong to a ``context`` (the state of
the names), and the probabilities of its levels sum to one within that context, not over the whole
comparison: P(name) x P(birth date | name) x P(e-mail | name) x P(address, phone | name).
"""

from dataclasses import dataclass, replace
from typing import Any

from models.identity.blocking import blocking_keys
from models.identity.evidence import (
    ADDRESS,
    BIRTH_DATE,
    EMAIL,
    GIVEN_NAME,
    NAMES,
    PARENT_AND_CHILD,
    PHONE,
    SURNAME,
    evaluated,
)

NAMELESS_ODDS = {"same, one reader": 99.0, "same, several readers": 0.5}
"""Odds that two records are one person when one of them is little more than an e-mail.

Where names are known, one address means one person in 99.7 % of pairs; where two names are known to
read it, nobody can tell whose the nameless record is, and it is left to review.
"""

WELL_TAUGHT, ILL_TAUGHT = 0.5, 3.0
"""``Comparison.prior_weight`` of names, birth dates, and households, which pairs of one birth date teach;
and of e-mails, which namesakes would teach wrongly."""

CONTACT_KNOWN = (
    "((email_l is not null and email_r is not null) "
    "or (phone_l is not null and phone_r is not null))"
)
"""SQL: both records hold an e-mail, or both a phone, that could agree."""

FAMILY_FREQUENCY = 0.5
"""Under two given names a rare surname is evidence of one family rather than of one person: at full
weight it joined twins, at none it parted people from their short forms (hard_cases.yaml)."""


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison.

    Attributes:
        label: what the outcome means; unique within its comparison and the key of its weights.
        condition: SQL over the columns of a pair, suffixed _l and _r.
        context: the state of the names under which the level's probabilities sum to one.
        frequencies: column whose term frequencies refine the weight (rare names weigh more). The
            last such level of a comparison is its pure equality, which says how likely an average
            value is to agree by chance.
        frequency_weight: exponent of that refinement, from 0 to 1. Below 1 it is applied in scoring
            only: estimation takes the value for an average one.
        anchored: P(level | one person) stays as the prior has it. What one person looks like
            under two given names cannot be learnt without labels: left free, estimation makes
            families the "matches".
        confirmed: P(level | one person) is learnt from pairs of one birth date alone. Other pairs are
            namesakes and families too, and would pass for people who moved or changed their name.
        confirms: the level says that two birth dates are one.
        like: label of the level of the same comparison whose P(level | one person) it shares: one
            person's dates and addresses differ as often whatever the names say, but under two
            given names no pair can teach how often.
        kin: the pairs of two people that show the level are "twins" or "housemates". There are only
            so many (``families``); what shows it beyond that is one person.
        odds: what a pair with this level and nothing else known has for being one person. Where
            an e-mail is all that two records hold, no other field can teach its weight.
    """

    label: str
    condition: str
    context: str = "always"
    frequencies: str | None = None
    frequency_weight: float = 1.0
    anchored: bool = False
    confirmed: bool = False
    confirms: bool = False
    like: str | None = None
    kin: str | None = None
    odds: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One piece of evidence: levels from the strongest to the last, which takes all the rest.

    Attributes:
        name: of Splink's comparison.
        unknown: SQL condition under which it says nothing.
        levels: its outcomes.
        prior_weight: matched pairs that the prior counts for, per matched pair of the data in a
            context. Left to the data alone, contact details of 100,000 people with common names
            drift: namesakes who share nothing else become "people who moved and changed phone and
            mailbox" (pairwise precision 0.81, not 0.99).
    """

    name: str
    unknown: str
    levels: tuple[Level, ...]
    prior_weight: float

    @property
    def level_shown(self) -> str:
        """SQL over the columns of a pair: place of the level that it shows, -1 where unknown."""
        *places, last = range(len(self.levels))
        shown = " ".join(f"when {self.levels[place].condition} then {place}" for place in places)
        return f"case when {self.unknown} then -1 {shown} else {last} end"


SAME_GIVEN_NAME = NAMES.is_any("namesakes", "same given name")


def given_name() -> Comparison:
    """The given name: people shorten it, misspell it, give an initial or swap it with the other.

    Rare names weigh more than common ones. Surname and given name in the wrong fields count here,
    once; the surname comparison stays silent then.
    """
    levels = [
        Level(outcome, GIVEN_NAME.is_any(outcome), anchored=outcome == "same beginning")
        for outcome in GIVEN_NAME.outcomes[2:8]
    ]
    different = Level("different", GIVEN_NAME.is_any("different"), confirmed=True)
    same = Level("same", "given_l = given_r", frequencies="given")
    return _comparison(
        "given_name", GIVEN_NAME.is_any("unknown"), [same, *levels, different], WELL_TAUGHT
    )


def surname() -> Comparison:
    """The surname: inherited, common, misspelt, doubled, and changed by marriage.

    Given names and surnames go together, by country, language and fashion: among pairs whose given
    names agree an equal surname is several times commoner. The first context learns how much; the
    pure equality in the second is the level that Splink takes term frequencies from.
    """
    outcomes = {outcome: SURNAME.is_any(outcome) for outcome in SURNAME.outcomes[3:]}
    same = "family_l = family_r"
    return _comparison(
        "surname",
        f"{evaluated(NAMES)} and {SURNAME.is_any('unknown', 'swapped with given name')}",
        [
            Level(
                "given name agrees: same",
                f"{SAME_GIVEN_NAME} and {same}",
                "given name agrees",
                frequencies="family",
            ),
            *_levels("given name agrees", SAME_GIVEN_NAME, outcomes),
            Level(
                "others: same",
                same,
                "others",
                frequencies="family",
                frequency_weight=FAMILY_FREQUENCY,
            ),
            *_levels("others", "true", outcomes),
        ],
        WELL_TAUGHT,
    )


def birth_date() -> Comparison:
    """The birth date: the strongest fact that never changes.

    Day and month swapped or one digit wrong is an error of one person. Under one surname and two
    given names an equal date means twins, unless they also share e-mail or phone: then one of the
    names is rather a short form that no table holds.
    """
    outcomes = {outcome: BIRTH_DATE.is_any(outcome) for outcome in BIRTH_DATE.outcomes[1:]}
    relatives = NAMES.is_any("likely namesakes", "relatives")
    contact = {
        "same date and contact": f"{outcomes['same']} and (email_l = email_r or phone_l = phone_r)",
        **outcomes,
    }
    return _comparison(
        "birth_date",
        f"{evaluated(NAMES, BIRTH_DATE)} and {BIRTH_DATE.is_any('unknown')}",
        _confirming(
            [
                *_levels("namesakes", NAMES.is_any("namesakes"), outcomes),
                *_levels(
                    "given name agrees", NAMES.is_any("no given name", "same given name"), outcomes
                ),
                *_levels(
                    "relatives with contact", f"{relatives} and {CONTACT_KNOWN}", contact, True
                ),
                *(
                    replace(level, kin="twins") if level.label == "relatives: same" else level
                    for level in _alike("namesakes", _levels("relatives", relatives, outcomes))
                ),
                *_alike("namesakes", _levels("strangers", NAMES.is_any("strangers"), outcomes)),
            ]
        ),
        WELL_TAUGHT,
    )


def email() -> Comparison:
    """The e-mail: nearly an identifier, unless a household or an office reads one mailbox.

    Between namesakes an equal local part says little, because it is made of the name. Under two
    given names a shared mailbox says nothing: families and offices have them; unless the names
    begin alike, as short forms do that no table holds. A record without a name goes with the
    address, if only one name is known to read it.
    """
    same = EMAIL.is_any("same")
    outcomes = {outcome: EMAIL.is_any(outcome) for outcome in EMAIL.outcomes[1:]}
    nameless = {
        "same, one reader": f"{same} and not mailbox_shared_l",
        "same, several readers": same,
        "different": "true",
    }
    return _comparison(
        "email",
        f"{evaluated(NAMES, EMAIL)} and {EMAIL.is_any('unknown')}",
        [
            *_levels("namesakes", NAMES.is_any("namesakes"), outcomes),
            *(
                replace(level, odds=NAMELESS_ODDS.get(outcome))
                for level, outcome in zip(
                    _levels("no given name", NAMES.is_any("no given name"), nameless),
                    nameless,
                    strict=True,
                )
            ),
            *_levels("given name agrees", NAMES.is_any("same given name"), outcomes),
            *_levels(
                "given name begins alike",
                NAMES.is_any("likely namesakes"),
                {"same": same, "different": "true"},
            ),
            Level("other given name", "ELSE", "other given name"),
        ],
        ILL_TAUGHT,
    )


def household() -> Comparison:
    """Address and phone as one piece of evidence, weighed by whose names agree.

    Families share both. Counted apart, with the surname on top, they merged spouses and siblings
    (precision of the closure 0.87 instead of 0.985 on 1,000,000 synthetic people). Under two given
    names an address speaks for one person as far as the data show that people of two names rarely
    share one: where families live together it says next to nothing. Under one e-mail the address says
    nothing: who reads one mailbox lives at one address, be it one person or two. Namesakes a
    generation apart are a case of their own where families show: fathers hand down names and houses.
    """
    phone = {outcome: PHONE.is_any(outcome) for outcome in PHONE.outcomes}
    address = {outcome: ADDRESS.is_any(outcome) for outcome in ADDRESS.outcomes}
    outcomes = {
        "same phone and address": f"{phone['same']} and {address['same address']}",
        "same phone": phone["same"],
        "same address, phone unknown": f"{phone['unknown']} and {address['same address']}",
        "same address, other phone": address["same address"],
        "similar address, phone unknown": f"{phone['unknown']} and {address['similar address']}",
        "similar address, other phone": address["similar address"],
        "same place, phone unknown": f"{phone['unknown']} and {address['same place']}",
        "same place, other phone": address["same place"],
        "other address, phone unknown": phone["unknown"],
        "other phone, address unknown": address["unknown"],
        "other address and phone": "true",
    }
    one_mailbox = {
        "same phone": phone["same"],
        "phone unknown": phone["unknown"],
        "other phone": "true",
    }
    near = {
        "same address": address["same address"],
        "similar address": address["similar address"],
        "same place": address["same place"],
    }
    address_alone = {**near, "other or unknown address": "true"}
    alike = {"same phone": phone["same"], **near, "other address and phone": "true"}
    one_age = BIRTH_DATE.is_any("same", "day and month swapped", "one digit differs")
    may_be_one = NAMES.is_any("namesakes", "no given name", "same given name", "likely namesakes")
    return _comparison(
        "household",
        f"{evaluated(NAMES, PHONE, ADDRESS, BIRTH_DATE)} "
        f"and {phone['unknown']} and {address['unknown']}",
        _bounded(
            [
                *_confirmed(
                    _levels("one mailbox", f"{may_be_one} and email_l = email_r", one_mailbox)
                ),
                *_levels(
                    "namesakes of two ages",
                    f"{NAMES.is_any('namesakes')} and {BIRTH_DATE.is_any('different')} "
                    f"and {PARENT_AND_CHILD.call}",
                    {"same phone": phone["same"], "other or unknown phone": "true"},
                ),
                *_confirmed(_by_phone("namesakes", NAMES.is_any("namesakes"), outcomes)),
                *_confirmed(
                    _by_phone(
                        "given name agrees",
                        NAMES.is_any("no given name", "same given name"),
                        outcomes,
                    )
                ),
                *_levels("given name begins alike", NAMES.is_any("likely namesakes"), alike),
                *_levels(
                    "relatives of one age",
                    f"{NAMES.is_any('relatives')} and {one_age}",
                    address_alone,
                ),
                *_levels(
                    "strangers of one age", f"{NAMES.is_any('strangers')} and {one_age}", alike
                ),
                *_alike(
                    "relatives of one age",
                    _levels("relatives", NAMES.is_any("relatives"), address_alone),
                ),
                *_alike("strangers of one age", _levels("strangers", "true", alike)),
            ]
        ),
        WELL_TAUGHT,
    )


def _levels(
    context: str, names: str, outcomes: dict[str, str], anchored: bool = False
) -> list[Level]:
    """The outcomes of a comparison in one context; the first whose condition holds wins."""
    return [
        Level(f"{context}: {outcome}", f"{names} and {condition}", context, anchored=anchored)
        for outcome, condition in outcomes.items()
    ]


def _by_phone(context: str, names: str, outcomes: dict[str, str]) -> list[Level]:
    """Outcomes with and without a phone to compare sum to one apart: that it lacks is no evidence."""
    return [
        replace(level, context=f"{context}, phone unknown")
        if level.label.endswith("phone unknown")
        else level
        for level in _levels(context, names, outcomes)
    ]


def _confirming(levels: list[Level]) -> list[Level]:
    """Levels of the birth date; those of one date confirm what is learnt from them."""
    return [
        replace(level, confirms=level.label.endswith((": same", ": same date and contact")))
        for level in levels
    ]


def _confirmed(levels: list[Level]) -> list[Level]:
    return [replace(level, confirmed=True) for level in levels]


def _alike(context: str, levels: list[Level]) -> list[Level]:
    """Levels that share P(level | one person) with those of the same outcomes in another context."""
    return [replace(level, like=f"{context}: {level.label.partition(': ')[2]}") for level in levels]


def _bounded(levels: list[Level]) -> list[Level]:
    """Levels of the household; two people show one phone or address only if they live together."""
    together = ("same phone", "same address")
    return [
        replace(level, kin="housemates")
        if level.label.partition(": ")[2].startswith(together)
        else level
        for level in levels
    ]


def _comparison(name: str, unknown: str, levels: list[Level], prior_weight: float) -> Comparison:
    """A comparison whose last level takes every pair that is left."""
    every_other = replace(levels[-1], condition="ELSE")
    return Comparison(name, unknown, (*levels[:-1], every_other), prior_weight)


def comparisons() -> tuple[Comparison, ...]:
    """All comparisons of a pair of people, in the order of Splink's charts."""
    return (given_name(), surname(), birth_date(), email(), household())


def splink_settings(
    match_probabilities: dict[str, dict[str, float]],
    chance_probabilities: dict[str, dict[str, float]],
    probability_two_random_records_match: float,
) -> dict[str, Any]:
    """Splink's settings with the given weights: a fresh dictionary per call.

    Args:
        match_probabilities: comparison name -> level label -> P(level | one person, context).
        chance_probabilities: the same for two different people.
        probability_two_random_records_match: share of all pairs of nodes that are one person.

    Returns:
        A dictionary that ``splink.Linker`` takes as its settings.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "node",
        "linker_uid": "identity",
        "probability_two_random_records_match": probability_two_random_records_match,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.{key.name} = r.{key.name}", "sql_dialect": "duckdb"}
            for key in blocking_keys()
        ],
        "comparisons": [
            _splink_comparison(c, match_probabilities[c.name], chance_probabilities[c.name])
            for c in comparisons()
        ],
    }


def _splink_comparison(
    comparison: Comparison, match: dict[str, float], chance: dict[str, float]
) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": comparison.unknown,
            "label_for_charts": "unknown",
            "is_null_level": True,
        }
    ]
    for level in comparison.levels:
        written: dict[str, Any] = {
            "sql_condition": level.condition,
            "label_for_charts": level.label,
            "m_probability": match[level.label],
            "u_probability": chance[level.label],
        }
        if level.frequencies:
            written["tf_adjustment_column"] = level.frequencies
            written["tf_adjustment_weight"] = level.frequency_weight
        levels.append(written)
    return {"output_column_name": comparison.name, "comparison_levels": levels}
