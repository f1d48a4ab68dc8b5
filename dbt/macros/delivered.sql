{#
  A raw table as its contract in sources.yaml allows it: a value that is not among the declared ones is
  null (W_CATEGORY), one out of its range is kept (W_RANGE). The conditions come with the formats, so
  that raw's acceptance judges keys and required values by the same words (sources.py, is_allowed).
  A key that is a national person number stays in raw: its pseudonym stands for it.
#}
{% macro delivered(table) -%}
    {%- set format = var('formats')[table] -%}
    {%- set person_keys = format.person_keys or [] -%}
    {%- set values, codes = {}, [] -%}
    {%- for rule in (format.allowed if execute else []) -%}
        {%- if rule.word == 'CATEGORY' -%}
            {%- do values.update({rule.column: 'case when ' ~ rule.condition ~ ' then "' ~ rule.column ~ '" end'}) -%}
        {%- endif -%}
        {%- do codes.append("case when not (" ~ rule.condition ~ ") then '" ~ rule.column ~ ":W_" ~ rule.word ~ "' end") -%}
    {%- endfor -%}
    {%- for column in person_keys -%}
        {%- set value = values.get(column, 'cast(delivered."' ~ column ~ '" as varchar)') -%}
        {%- do values.update({column: 'coalesce(' ~ column ~ '_numbers.pseudonym, ' ~ value ~ ')'}) -%}
    {%- endfor -%}
    {%- set replaced = [] -%}
    {%- for column, value in values.items() -%}
        {%- do replaced.append(value ~ ' as "' ~ column ~ '"') -%}
    {%- endfor -%}
    select
        delivered.* {{ 'replace (' ~ replaced | join(', ') ~ ')' if replaced }},
        list_filter(cast([{{ codes | join(', ') }}] as varchar[]), lambda code: code is not null) as _contract_warnings
    from {{ source('raw', table) }} as delivered
    {%- for column in person_keys %}
    left join {{ source('raw', 'lookup_person_keys') }} as {{ column }}_numbers
        on {{ text('delivered."' ~ column ~ '"') }} = {{ column }}_numbers.delivered_key
    {%- endfor %}
{%- endmacro %}
