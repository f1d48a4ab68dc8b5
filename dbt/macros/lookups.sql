{#
  Staging joins lookups of distinct raw values, made by models/normalisation through
  dagster_project/defs/staging/lookups.py. Each joins at most one row, by the MD5 of what was delivered.
#}

{% macro join_lookup(lookup, alias, column) -%}
    left join {{ source('staging', 'lookup_' ~ lookup) }} as {{ alias }}
        on md5(cast({{ column }} as varchar)) = {{ alias }}.raw_md5
{%- endmacro %}

{# Lookups whose value depends on the country written beside it. #}
{% macro join_lookup_by_country(lookup, alias, column, country) -%}
    left join {{ source('staging', 'lookup_' ~ lookup) }} as {{ alias }}
        on
            md5(cast({{ column }} as varchar) || chr(31) || coalesce(cast({{ country }} as varchar), ''))
            = {{ alias }}.raw_md5
{%- endmacro %}
