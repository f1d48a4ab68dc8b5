"""Fitting the linkage model to the records at hand.

Here: what a model is, what is pinned with it, and when the prior speaks because the data cannot
teach. Which pairs are counted is in ``sampling``, the estimation in ``estimation``; using a model
is in ``resolution``.
"""

import hashlib
import json
from importlib import resources
from typing import Any

import duckdb
import pyarrow as pa

from models.identity.candidates import create_candidates
from models.identity.connection import connect
from models.identity.drift import filled
from models.identity.estimation import Estimate, estimate
from models.identity.evidence import create_family_macro
from models.identity.families import has_families
from models.identity.preparation import Exclusions, load_nodes
from models.identity.sampling import count_patterns
from models.identity.scoring import TERM_COLUMNS, term_frequencies
from models.identity.settings import comparisons, splink_settings

SCHEMA_VERSION = 5

MIN_NODES = 500
"""Fewer nodes cannot teach: the prior's weights are used, with the exclusions found in the data."""

LEAST_MATCHES = 0.01
"""Matched pairs per node that the share of matches never falls below, in data without copies."""

NO_LABELS = pa.schema([("record_id", pa.string()), ("person_id", pa.string())]).empty_table()


def prior_model() -> dict[str, Any]:
    """The model that ships with the project.

    ``prior.json`` is what ``train`` made of the synthetic records of two unlike generators, 5,000
    Nordic people each, with the true person of every record as label. Addresses that differ in part
    among people of one birth date and two names were too rare there to be learnt: a person's are
    taken to be so in 5 of 100 pairs. A name that its lists lack has a share of 1 in 2,000: rarer ones
    are common elsewhere.
    """
    text = resources.files("models.identity").joinpath("prior.json").read_text("utf-8")
    model: dict[str, Any] = json.loads(text)
    return model


def train(
    records: pa.Table,
    *,
    seed: int,
    prior: dict[str, Any] | None = None,
    labels: pa.Table = NO_LABELS,
) -> dict[str, Any]:
    """Fit the linkage model to person records.

    The result does not depend on the order of rows, and equals itself on every run: pairs are drawn
    by hash, sums are taken in a fixed order, probabilities are rounded to six digits.

    Args:
        records: the columns of int_identity__person_records; any but record_id may be all null.
        seed: chooses the pairs that are drawn; any integer.
        prior: the model to start from and to be drawn to; the shipped one if None.
        labels: (record_id, person_id) of records whose person is known, for those who have them;
            pairs of labelled records are then taken as known.

    Returns:
        The model as JSON-able data: ``settings`` (Splink's, complete), ``term_frequencies`` per
        name column, ``has_families``, ``exclusions`` (see ``preparation.Exclusions``),
        ``trained_on`` (records, shares filled, nodes, matched pairs, iterations, whether the prior was
        kept),
        ``fingerprint`` of the records, ``schema_version``.

    Raises:
        ValueError: a needed column is missing, or record_id is null or repeated.
    """
    with connect() as con:
        return fit(con, records, seed=seed, prior=prior, labels=labels)


def fit(
    con: duckdb.DuckDBPyConnection,
    records: pa.Table,
    *,
    seed: int,
    prior: dict[str, Any] | None,
    labels: pa.Table,
) -> dict[str, Any]:
    """``train`` on a connection of the caller's: it then holds ``nodes`` and ``candidates``.

    They are as ``load_nodes`` makes them of these records by the model that is returned.
    """
    base = prior_model() if prior is None else prior
    excluded = load_nodes(con, records, Exclusions())
    create_candidates(con)
    nodes = con.execute("select count(*) from nodes").fetchall()[0][0]
    terms, weights = base["term_frequencies"], read_estimate(base["settings"])
    families = has_families(con)
    create_family_macro(con, families=families)
    if nodes >= MIN_NODES:
        terms = {column: term_frequencies(con, column) for column in TERM_COLUMNS}
        patterns = count_patterns(con, terms, families=families, seed=seed, labels=labels)
        weights = estimate(patterns, comparisons(), weights, LEAST_MATCHES / nodes)
    return {
        "schema_version": SCHEMA_VERSION,
        "fingerprint": _fingerprint(con),
        "trained_on": {
            "records": records.num_rows,
            "filled": filled(records),
            "nodes": nodes,
            "prior_kept": nodes < MIN_NODES,
            "matched_pairs": round(weights.matched_pairs),
            "iterations": weights.iterations,
        },
        "has_families": families,
        "exclusions": excluded.as_json(),
        "term_frequencies": terms,
        "settings": splink_settings(weights.match, weights.chance, weights.share),
    }


def read_estimate(settings: dict[str, Any]) -> Estimate:
    """The probabilities held in Splink settings that ``splink_settings`` wrote."""
    match: dict[str, dict[str, float]] = {}
    chance: dict[str, dict[str, float]] = {}
    for comparison in settings["comparisons"]:
        levels = [x for x in comparison["comparison_levels"] if not x.get("is_null_level")]
        name = comparison["output_column_name"]
        match[name] = {x["label_for_charts"]: x["m_probability"] for x in levels}
        chance[name] = {x["label_for_charts"]: x["u_probability"] for x in levels}
    return Estimate(match, chance, settings["probability_two_random_records_match"])


def _fingerprint(con: duckdb.DuckDBPyConnection) -> str:
    """Digest of the prepared records, equal for equal records in any order."""
    rows = con.execute("""
        select count(*), sum(md5_number_lower(concat_ws('|', record_id, given, family, birth_date,
            email, phone, street, house_no, postal, city))::hugeint) from people
    """).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()
