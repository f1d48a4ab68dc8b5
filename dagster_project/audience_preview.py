"""An audience before it is saved: whom a rule file would select, why, and whom that overlaps with.

Nothing is written. Selecting members is ``defs.segments.audiences``; printing is ``console``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.defs.segments.audiences import count_excluded, select_members
from dagster_project.defs.segments.priorities import TOO_BROAD_SHARE
from dagster_project.errors import ConfigurationError
from dagster_project.settings import load_settings
from dagster_project.warehouse import Warehouse
from models.normalisation.cities import find_coordinates
from models.segmentation.rule_files import AudienceRule, parse_rules

SAMPLES, OVERLAPS = 5, 5


@dataclass(frozen=True)
class Preview:
    """What a rule would select today.

    Attributes:
        rule: as it was read.
        customers: members.
        share: of all customers of its type, 0..1.
        may_email: members who may be mailed: whom an approved audience hands over.
        may_advertise: members whose data may go to ad platforms.
        revenue_365d_eur: of the members.
        contact_cost_eur: what mailing those who may be would cost, by the campaigns of the last 365
            days; None where no cost is known.
        excluded: customers who fit and are left out by ``exclude``.
        avoided_cost_eur: what contacting these would have cost; None as contact_cost_eur.
        overlaps: other audiences with members in common, the largest overlap first.
        samples: some members with the reason in words.
        warnings: sentences about what speaks against approving it.
    """

    rule: AudienceRule
    customers: int
    share: float
    may_email: int
    may_advertise: int
    revenue_365d_eur: float
    contact_cost_eur: float | None
    excluded: int
    avoided_cost_eur: float | None
    overlaps: list[dict[str, Any]]
    samples: list[dict[str, Any]]
    warnings: list[str]


def preview(warehouse: Warehouse, file: Path) -> Preview:
    """Select the members of one rule file on the day of the last run.

    Raises:
        ConfigurationError: no run has finished yet, or the file is no rule.
    """
    rule = _read(file)
    if not warehouse.home.warehouse.exists() or not warehouse.has_table(
        "segments.customer_segments"
    ):
        raise ConfigurationError("No segments were made yet. Run `make run` first.")
    with warehouse.connect() as connection:
        as_of = connection.execute("select as_of from raw.as_of").fetchall()[0][0]
        connection.register(
            "chosen",
            select_members(
                connection,
                [rule],
                as_of,
                customer_type=rule.customer_type,
                find_cities=find_coordinates,
            ),
        )
        connection.register(
            "left_out",
            count_excluded(
                connection,
                [rule],
                as_of,
                customer_type=rule.customer_type,
                find_cities=find_coordinates,
            ),
        )
        figures = (
            connection.execute(_FIGURES, {"type": rule.customer_type})
            .to_arrow_table()
            .to_pylist()[0]
        )
        overlaps = connection.execute(
            _OVERLAPS, {"itself": rule.segment_id, "most": OVERLAPS}
        ).to_arrow_table()
        samples = connection.execute(
            "select customer_id, reason from chosen order by md5(customer_id) limit ?", [SAMPLES]
        ).to_arrow_table()
    return Preview(
        rule,
        **figures,
        overlaps=overlaps.to_pylist(),
        samples=samples.to_pylist(),
        warnings=_warnings(figures["customers"], figures["share"]),
    )


def _read(file: Path) -> AudienceRule:
    try:
        [rule] = parse_rules({file.name: file.read_text(encoding="utf-8")})
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be read ({error.strerror}). Name the YAML file of an audience."
        ) from None
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    return rule


def _warnings(customers: int, share: float) -> list[str]:
    fewest = load_settings().smallest_segment
    said = []
    if customers < fewest:
        said.append(
            f"It has {customers:,} members, fewer than {fewest:,} (SKIKT_SMALLEST_SEGMENT): hardly "
            "worth a campaign of its own. Widen it, or add it to another."
        )
    if share > TOO_BROAD_SHARE:
        said.append(
            f"It holds {share:.0%} of all customers of its type, more than {TOO_BROAD_SHARE:.0%}: it says little "
            "about anyone in it. Narrow it."
        )
    return said


_FIGURES = """
    with figures as (
        select
            count(chosen.customer_id) as customers,
            count(chosen.customer_id) / greatest(count(*), 1) as share,
            count(*) filter (where chosen.customer_id is not null and consents.may_email) as may_email,
            count(*) filter (where chosen.customer_id is not null and consents.may_advertise) as may_advertise,
            coalesce(cast(sum(cast(features.revenue_365d_eur as decimal(18, 2))) filter (
                where chosen.customer_id is not null
            ) as double), 0) as revenue_365d_eur
        from customers.all_customers as features
        left join chosen using (customer_id)
        left join customers.customer_consents as consents using (customer_id)
        where features.customer_type = $type
    )
    select
        figures.*,
        round(figures.may_email * costs.cost_eur, 2) as contact_cost_eur,
        left_out.excluded,
        round(left_out.excluded * costs.cost_eur, 2) as avoided_cost_eur
    from figures
    cross join left_out
    cross join customers.contact_costs as costs
"""
_OVERLAPS = """
    select segments.segment_id, count(*) as customers, count(*) / (select count(*) from chosen) as share
    from chosen
    inner join segments.customer_segments as segments using (customer_id)
    where segments.scheme = 'audience' and segments.segment_id <> $itself
    group by segments.segment_id
    order by customers desc, segments.segment_id
    limit $most
"""
