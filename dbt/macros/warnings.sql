{# The list of `<column>:<code>` that a staging row carries; what was never delivered never warns. #}
{% macro warning_codes(codes) -%}
    list_concat(
        list_filter(cast([{{ codes | join(', ') }}] as varchar[]), lambda code: code is not null),
        source._contract_warnings
    )
{%- endmacro %}

{# A delivered text that could not be read as its type: the value is null, the record lives on. #}
{% macro unreadable(raw, value, column, code) -%}
    case when {{ text(raw) }} is not null and {{ value }} is null then '{{ column }}:{{ code }}' end
{%- endmacro %}

{# A value that is unusual and kept. #}
{% macro unusual(condition, column, code) -%}
    case when {{ condition }} then '{{ column }}:{{ code }}' end
{%- endmacro %}

{# What a lookup found wrong with a value. #}
{% macro looked_up(warning, column) -%}
    '{{ column }}:' || {{ warning }}
{%- endmacro %}
