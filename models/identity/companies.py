"""Which company records are one company: rules on the org number, light scoring on the rest.

Here: pairs of company records, in the shape that ``clustering.cluster`` takes. Weights are set by
hand, in bits, because a few thousand companies teach little; people are linked in ``resolution``.
"""

import duckdb
import numpy as np
import pyarrow as pa

from models.identity.clustering import PAIR_SCHEMA, UNLIKELY
from models.identity.components import component_labels
from models.identity.connection import connect
from models.identity.forms import fold
from models.identity.preparation import SHARING_CAP

COLUMNS = (
    "record_id",
    "name",
    "org_number",
    "website",
    "street",
    "postal_code",
    "city",
    "country_code",
)

_LEGAL_FORMS = (
    "aktiebolag|ab|publ|handelsbolag|hb|kommanditbolag|kb|ekonomisk forening|ek for|"
    "aktieselskab|as|asa|aksjeselskap|anpartsselskab|aps|is|ks|ps|ivs|amba|a s|i s|k s|p s|"
    "ans|da|enk|interessentskab|kommanditselskab|osakeyhtio|oy|oyj|kommandiittiyhtio|ky|toiminimi|tmi|gmbh|ag|ug|ltd|limited|llc|inc|plc|bv|nv|sarl|sa|srl|spa"
)
_AND = "och|og|and|ja|und"

BITS = {
    "same name": -0.5,
    "nearly the same name": 6.0,
    "other name": -6.0,
    "same domain": 9.0,
    "other domain": -2.0,
    "same address": 10.0,
    "same postal code": 8.0,
    "same city": 5.0,
    "other place": -3.0,
    "other org number": -25.0,
}
"""Evidence in bits. An equal name adds its rarity: log2(records / records of that name)."""

NAMES_PER_NUMBER = 3
"""Most different names that one org number may have before it is a number that people fill in."""

BLOCK_CAP = 60
"""Most records that one blocking key may gather."""


def link_companies(records: pa.Table, *, review: float = 0.5) -> pa.Table:
    """Score all pairs of records that may be one company.

    Args:
        records: the columns of int_identity__company_records; any but record_id may be all null.
            An org_number is taken as valid.
        review: lowest probability of a pair that is reported, from ``clustering.UNLIKELY`` to 1.

    Returns:
        Pairs (``clustering.PAIR_SCHEMA``), by record ids. decided_by ``exact``: one org number in
        one country; each of its records with the first, probability 1, weight null. decided_by
        ``model``: name, domain and place, with their weight in bits. Two org numbers of one
        country are two companies, whatever else agrees; such pairs appear where a chain of
        others connects them, and ``cluster`` keeps them apart.

    Raises:
        ValueError: a needed column is missing.
    """
    missing = sorted(set(COLUMNS) - set(records.column_names))
    if missing:
        raise ValueError(
            f"The company records lack the column(s) {', '.join(missing)}; a column may be empty "
            "but must be there. Select it as null where a source has no such field."
        )
    with connect() as con:
        con.register("records_in", records.select(COLUMNS))
        _create_companies(con)
        _score(con)
        return _reported_pairs(con, review)


def _create_companies(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``companies``: comparison forms and blocking keys, with a number in record order."""
    texts = ", ".join(f"nullif(trim({c}::varchar), '') as {c}" for c in COLUMNS)
    con.execute(rf"""
        create table folded as
        with as_text as (select {texts} from records_in)
        select record_id, row_number() over (order by record_id) - 1 as place,
            upper(country_code) as country,
            nullif(regexp_replace(regexp_replace(upper(org_number), '[^A-Z0-9]', '', 'g'),
                '^[A-Z]{{2}}', ''), '') as org,
            regexp_replace(' ' || {fold("name")} || ' ', ' ({_AND}) ', ' ', 'g') as padded,
            split_part(regexp_replace(lower(website), '^([a-z]+://)?(www\.)?', ''), '/', 1)
                as domain,
            {fold("street")} as street, replace({fold("postal_code")}, ' ', '') as postal,
            {fold("city")} as city
        from as_text
    """)
    con.execute(f"""
        create table companies as
        with cores as (
            select * exclude (padded), coalesce(
                nullif(trim(regexp_replace(padded, '( ({_LEGAL_FORMS}))+ $|^ ({_LEGAL_FORMS}) ',
                    ' ')), ''), trim(padded)) as name
            from folded
        ),
        capped as (
            select * replace (
                case when domain <> '' and count(*) over (partition by domain) <= {SHARING_CAP}
                    then domain end as domain,
                case when count(distinct name) over (partition by country, org)
                    <= {NAMES_PER_NUMBER} then org end as org)
            from cores
        )
        select *, count(*) over (partition by name) as namesakes, count(*) over () as total,
            country || '|' || org as key_org,
            domain as key_domain,
            name || '|' || postal as key_name_postal,
            name || '|' || city as key_name_city,
            name[1:5] || '|' || street || '|' || postal as key_address,
            case when count(*) over (partition by name) <= {BLOCK_CAP} then name end as key_name
        from capped
    """)


def _score(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``scored``: (l, r, weight) of the pairs that share a key; numbers in record order."""
    keys = ("key_domain", "key_name_postal", "key_name_city", "key_address", "key_name")
    blocks = " union ".join(
        f"select l.place as l, r.place as r from companies as l "
        f"join companies as r on l.{key} = r.{key} and l.place < r.place"
        for key in keys
    )
    bits = {outcome: str(value) for outcome, value in BITS.items()}
    con.execute(f"""
        create table scored as
        select l.place as l, r.place as r, -log2(l.total)
            + case when l.name is null or r.name is null then 0
                when l.name = r.name then {bits["same name"]} + log2(l.total / l.namesakes)
                when jaro_winkler_similarity(l.name, r.name) >= 0.92
                    or starts_with(l.name, r.name || ' ') or starts_with(r.name, l.name || ' ')
                    then {bits["nearly the same name"]}
                else {bits["other name"]} end
            + case when l.domain is null or r.domain is null then 0
                when l.domain = r.domain then {bits["same domain"]}
                else {bits["other domain"]} end
            + case when coalesce(l.postal, l.city) is null or coalesce(r.postal, r.city) is null
                    or l.country <> r.country then 0
                when l.street = r.street and l.postal = r.postal then {bits["same address"]}
                when l.postal = r.postal then {bits["same postal code"]}
                when l.city = r.city then {bits["same city"]}
                else {bits["other place"]} end
            + case when l.org <> r.org and coalesce(l.country = r.country, true)
                then {bits["other org number"]} else 0 end as weight,
            coalesce(l.org <> r.org and coalesce(l.country = r.country, true), false)
                as is_other_number
        from ({blocks}) as pairs
        join companies as l on l.place = pairs.l join companies as r on r.place = pairs.r
        where coalesce(l.key_org <> r.key_org, true)
    """)


def _reported_pairs(con: duckdb.DuckDBPyConnection, review: float) -> pa.Table:
    by_number = con.execute("""
        select min(place) over (partition by key_org) as l, place as r from companies
        where key_org is not null qualify l < r
    """).fetchnumpy()
    scored = con.execute(
        "select l, r, weight, is_other_number from scored order by l, r"
    ).fetchnumpy()
    probability = 1 / (1 + np.exp2(-np.clip(scored["weight"], -900, 900)))
    size = con.execute("select count(*) from companies").fetchall()[0][0]
    likely = probability >= review
    labels = component_labels(
        size,
        np.concatenate([by_number["l"], scored["l"][likely]]),
        np.concatenate([by_number["r"], scored["r"][likely]]),
    )
    connected = labels[scored["l"]] == labels[scored["r"]]
    keep = likely | (scored["is_other_number"] & connected & (probability < UNLIKELY))
    con.register(
        "kept",
        pa.table(
            {
                "l": np.concatenate([by_number["l"], scored["l"][keep]]),
                "r": np.concatenate([by_number["r"], scored["r"][keep]]),
                "match_probability": np.concatenate(
                    [np.ones(len(by_number["l"])), probability[keep]]
                ),
                "match_weight": np.concatenate(
                    [np.full(len(by_number["l"]), np.nan), scored["weight"][keep]]
                ),
            }
        ),
    )
    pairs = con.execute("""
        select l.record_id as record_id_l, r.record_id as record_id_r, match_probability,
            case when not isnan(match_weight) then match_weight end as match_weight,
            case when isnan(match_weight) then 'exact' else 'model' end as decided_by
        from kept join companies as l on l.place = kept.l join companies as r on r.place = kept.r
        order by 1, 2
    """)
    return pairs.to_arrow_table().cast(PAIR_SCHEMA)
