"""Firmographic: companies by what they do and how many work there.

Sections are those of NACE Rev. 2, gathered as in its standard aggregations (Eurostat 2008, *NACE Rev. 2*,
part II, "high-level aggregation A*10") into five sectors; sizes are the EU's (Recommendation 2003/361/EC),
with micro and small taken together. A withheld number of employees is no small number.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.segmentation.descriptions import SegmentText
from models.segmentation.feature_table import FeatureData, read_features
from models.segmentation.memberships import membership_table
from models.segmentation.wording import choose, counted, sentence

DEFINITION_VERSION = "1"
UNASSIGNED = "firmographic.unassigned"
MEDIUM, LARGE = 50, 250  # employees from which a company is that


SECTORS: dict[str, tuple[str, str]] = {
    "industry": ("ABCDEF", "Farming, industry and construction"),
    "trade": ("GHI", "Trade, transport and hospitality"),
    "business_services": ("JKLMN", "Information, finance, property and business services"),
    "public": ("OPQ", "Public service, education and health"),
    "leisure": ("RSTU", "Culture, leisure and other services"),
}
_SIZES = {
    "small": f"fewer than {MEDIUM} employees",
    "medium": f"{MEDIUM} to {LARGE - 1} employees",
    "large": f"{LARGE} employees or more",
    "size_unknown": "an unknown number of employees",
}
_ADVICE = {
    "small": "The owner decides: one clear offer, quick delivery, no tender.",
    "medium": "Name one person to call, and offer an agreement for the year.",
    "large": "Find who buys and who uses; plan for months, a tender and invoices by system.",
    "size_unknown": "Ask for the number of employees, or look it up, before planning anything.",
}
SEGMENT_TEXTS: dict[str, SegmentText] = {
    f"{sector}_{size}": SegmentText(
        f"{title}, {size.replace('_', ' ')}",
        f"Companies of NACE sections {', '.join(sections)} with {words}. {_ADVICE[size]}",
    )
    for sector, (sections, title) in SECTORS.items()
    for size, words in _SIZES.items()
}
_SECTOR_OF = {section: name for name, (sections, _) in SECTORS.items() for section in sections}


def assign_firmographic(features: FeatureData) -> pa.Table:
    """Put each company into one segment of the scheme ``firmographic``.

    ``strength`` is 1 where the number of employees is known, else 0.5: half of what decides.

    Args:
        features: ``customer_id``, ``industry_section`` (A to U), ``employees``; any order.

    Returns:
        A membership per company (``memberships.MEMBERSHIP_SCHEMA``), ascending by ``customer_id``;
        unassigned where the industry is unknown.

    Raises:
        ValueError: a column is missing, or companies repeat.
    """
    table = read_features(features, ("industry_section", "employees"))
    sections, employees = table.texts("industry_section"), table.numbers("employees")
    place = pc.index_in(sections, value_set=pa.array(list(_SECTOR_OF), pa.string()))
    sectors = pa.array(list(_SECTOR_OF.values()), pa.string()).take(place)
    unknown = np.isnan(employees)
    sizes = choose(
        [(unknown, "size_unknown"), (employees < MEDIUM, "small"), (employees < LARGE, "medium")],
        pa.repeat("large", len(table)),
    )
    without = np.asarray(place.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
    people = choose([(unknown, "employees unknown")], counted(employees, "employee", "employees"))
    return membership_table(
        table,
        choose([(without, UNASSIGNED)], sentence("firmographic.", sectors, "_", sizes)),
        np.where(unknown & ~without, 0.5, 1.0),
        choose([(without, "industry unknown")], sentence("NACE section ", sections, ", ", people)),
    )
