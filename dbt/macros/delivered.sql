{#
  A raw table as its contract in sources.yaml allows it: a value that is not among the declared ones is
  null (W_CATEGORY), one out of its range is kept (W_RANGE). The conditions come with the formats, so
  that raw's acceptance judges keys and required values by the same words (sources.py, is_allowed).
#}
{% macro delivered(table) -%}
    {%- set values, codes = [], [] -%}
    {%- for rule in (var('formats')[table].allowed if execute else []) -%}
        {%- if rule.word == 'CATEGORY' -%}
            {%- do values.append('case when ' ~ rule.condition ~ ' then "' ~ rule.column ~ '" end as "' ~ rule.column ~ '"') -%}
        {%- endif -%}
        {%- do codes.append("case when not (" ~ rule.condition ~ ") then '" ~ rule.column ~ ":W_" ~ rule.word ~ "' end") -%}
    {%- endfor -%}
    select
        * {{ 'replace (' ~ values | join(', ') ~ ')' if values }},
        list_filter(cast([{{ codes | join(', ') }}] as varchar[]), lambda code: code is not null) as _contract_warnings
    from {{ source('raw', table) }}
{%- endmacro %}
