{#
  Staging joins lookups of distinct raw values, made by models/normalisation through
  dagster_project/defs/staging/lookups.py. Each joins at most one row.
#}

{% macro join_lookup(lookup, alias, column) -%}
    {%- set raw = {
        'names': 'name_raw', 'full_names': 'full_name_raw', 'emails': 'email_raw', 'streets': 'street_raw',
        'countries': 'country_raw', 'websites': 'website_raw', 'company_names': 'name_raw',
        'industries': 'industry_raw'
    }[lookup] -%}
    left join {{ source('staging', 'lookup_' ~ lookup) }} as {{ alias }}
        on cast({{ column }} as varchar) = {{ alias }}.{{ raw }}
{%- endmacro %}

{#
  Lookups whose value depends on the country written beside it. Where people also write their national
  person number, the raw value is there as its MD5 only.
#}
{% macro join_lookup_by_country(lookup, alias, column, country) -%}
    {%- set raw = {
        'phones': 'phone_raw', 'postal_codes': 'postal_code_raw', 'org_numbers': 'org_number_raw'
    }[lookup] -%}
    {%- set value = "cast(" ~ column ~ " as varchar)" -%}
    left join {{ source('staging', 'lookup_' ~ lookup) }} as {{ alias }}
        on {{ value if lookup == 'postal_codes' else "md5(" ~ value ~ ")" }} = {{ alias }}.{{ raw }}
        and {{ alias }}.country_raw is not distinct from cast({{ country }} as varchar)
{%- endmacro %}
