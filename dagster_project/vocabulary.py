"""The words used everywhere: stages, owners, freshness policies, the pool.

One word per stage is the folder under ``defs/``, the Dagster group, the first part of an asset's
key and the schema in the warehouse. What an asset *does* lives in its stage's folder.
"""

from datetime import timedelta

import dagster as dg

RAW = "raw"
STAGING = "staging"
IDENTITY = "identity"
CUSTOMERS = "customers"
SEGMENTS = "segments"
MARTS = "marts"
ACTIVATION = "activation"
PUBLICATION = "publication"

STAGES: tuple[str, ...] = (
    RAW,
    STAGING,
    IDENTITY,
    CUSTOMERS,
    SEGMENTS,
    MARTS,
    ACTIVATION,
    PUBLICATION,
)

# Who is asked when an asset of the stage is wrong. A raw table's owner stands in sources.yaml.
OWNERS: dict[str, str] = {
    RAW: "team:data",
    STAGING: "team:data",
    IDENTITY: "team:data",
    CUSTOMERS: "team:data",
    SEGMENTS: "team:insight",
    MARTS: "team:insight",
    ACTIVATION: "team:marketing",
    PUBLICATION: "team:insight",
}

# A DuckDB file takes one writing process; limit 1 stands in dagster.yaml.
WAREHOUSE_POOL = "warehouse"

FRESHNESS_CHECK = "freshness"


def rebuilt_nightly() -> dg.FreshnessPolicy:
    """Everything is rebuilt by the nightly refresh: one missed night warns, the second fails."""
    return dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=50), warn_window=timedelta(hours=26)
    )
