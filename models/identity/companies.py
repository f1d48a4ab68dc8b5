"""Which company records are one company: by org number, else by name and place."""

import duckdb
import pyarrow as pa

from models.identity.resolution import PAIR_SCHEMA


def link_companies(records: pa.Table) -> pa.Table:
    """Pairs of company records that are one company.

    Args:
        records: int_identity__company_records.

    Returns:
        Pairs as ``resolution.PAIR_SCHEMA``.
    """
    with duckdb.connect() as con:
        con.register("records", records)
        return (
            con.execute("""
            with first_of as (
                select country_code, org_number, min(record_id) as first_id
                from records where org_number is not null group by all
            )
            select first_id as record_id_l, record_id as record_id_r, 1.0 as match_probability,
                null as match_weight, 'exact' as decided_by
            from records join first_of using (org_number)
            where record_id <> first_id and coalesce(records.country_code = first_of.country_code, true)
            order by all
        """)
            .to_arrow_table()
            .cast(PAIR_SCHEMA)
        )
