{#
  Records as they stood on days gone by: on the first of the `days` on which something new holds of an owner. The
  days after it, until the next such one, need no reckoning: most people change once in years.
  `versions`: a relation with `owner` (customer_id or company_id), holds_from and holds_to.
#}
{% macro standing_records(versions, owner) -%}
    with
    days as (select as_of from {{ source('customers', 'feature_days') }}),

    -- Read once for both uses below, and not at all where no day is asked for.
    versions as materialized (
        select * from {{ versions }} where (select count(*) from days) > 0
    ),

    changes as (
        select distinct days.as_of, versions.{{ owner }}
        from versions
        asof join days on days.as_of >= versions.holds_from
    )

    select changes.as_of, versions.*
    from changes
    inner join versions
        on
            changes.{{ owner }} = versions.{{ owner }}
            and versions.holds_from <= changes.as_of
            and (versions.holds_to is null or changes.as_of < versions.holds_to)
{%- endmacro %}
