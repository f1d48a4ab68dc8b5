{#
  Records as they stood on days gone by: on the first of the `days` on which something new holds of an owner. The
  days after it, until the next such one, need no reckoning: most people change once in years.
  `versions`: a relation with `owner` (customer_id or company_id), holds_from and holds_to.
#}
{% macro standing_records(versions, owner) -%}
    select changes.as_of, versions.*
    from (
        select distinct days.as_of, versions.{{ owner }}
        from {{ versions }} as versions
        asof join {{ source('customers', 'feature_days') }} as days on days.as_of >= versions.holds_from
    ) as changes
    inner join {{ versions }} as versions
        on
            changes.{{ owner }} = versions.{{ owner }}
            and versions.holds_from <= changes.as_of
            and (versions.holds_to is null or changes.as_of < versions.holds_to)
{%- endmacro %}
