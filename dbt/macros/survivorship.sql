{# The value that survives for a customer: by source trust or by newness, then by the other, then record. #}
{% macro survivor(column, by) -%}
    {%- set order = {
        'trust': 'trust, updated_at desc nulls last, record_id',
        'newest': 'updated_at desc nulls last, trust, record_id',
    }[by] -%}
    first({{ column }} order by {{ order }}) filter (where {{ column }} is not null) as {{ column }}
{%- endmacro %}
