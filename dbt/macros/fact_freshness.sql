{# When a fact of the golden record was last seen true, and how likely it has gone stale since. #}

{# How likely a fact is no longer true, 0 to 1: half of all such facts have changed after one half-life. #}
{% macro stale_share(age_days, half_life_days) -%}
    round(1 - pow(0.5, cast({{ age_days }} as double) / {{ half_life_days }}), 4)
{%- endmacro %}

{# An address as one value, to see whether two records say the same; null where nothing but the country is known. #}
{% macro address_value(record) -%}
    nullif(
        coalesce(lower({{ record }}.street), '') || '|'
        || coalesce({{ record }}.postal_code, lower({{ record }}.city), ''),
        '|'
    )
{%- endmacro %}

{# A company's place: its street is the CRM's and its town the register's, so they are not one value. #}
{% macro place_value(record) -%}
    coalesce({{ record }}.postal_code, lower({{ record }}.city))
{%- endmacro %}

{# Of a relation with one column `is_<fact>` per fact: one row for each fact that a sighting confirms. #}
{% macro sightings_by_fact(relation, customer_type, half_life_days_by_fact) %}
    {%- for fact, half_life_days in half_life_days_by_fact.items() -%}
        select
            customer_id, '{{ customer_type }}' as customer_type, '{{ fact }}' as fact,
            source, record_id, evidence, trust, seen_at, {{ half_life_days }} as half_life_days
        from {{ relation }}
        where is_{{ fact }}
        {{ "union all" if not loop.last }}
    {% endfor %}
{% endmacro %}
