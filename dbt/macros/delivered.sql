{#
  A raw table as its contract in sources.yaml allows it: a value that is not among the declared ones is
  null (W_CATEGORY), one out of its range is kept (W_RANGE). The conditions come with the formats, so
  that raw's acceptance judges keys and required values by the same words (sources.py, is_allowed).
#}
{% macro delivered(table) -%}
    {%- set allowed = var('formats')[table].allowed | default([]) -%}
    {%- set nulled = allowed | selectattr('word', 'equalto', 'CATEGORY') | list -%}
    select
        *
        {%- if nulled %} replace (
            {%- for rule in nulled %}
            case when {{ rule.condition }} then "{{ rule.column }}" end as "{{ rule.column }}"{{ ',' if not loop.last }}
            {%- endfor %}
        )
        {%- endif %},
        {%- if allowed %}
        list_filter([
            {%- for rule in allowed %}
            case when not ({{ rule.condition }}) then '{{ rule.column }}:W_{{ rule.word }}' end{{ ',' if not loop.last }}
            {%- endfor %}
        ], lambda code: code is not null) as _contract_warnings
        {%- else %}
        cast([] as varchar[]) as _contract_warnings
        {%- endif %}
    from {{ source('raw', table) }}
{%- endmacro %}
