{# The value that survives for a customer: by source trust or by newness, then by the other, then record. #}
{% macro survivor(column, by) -%}
    {%- set order = {
        'trust': 'trust, updated_at desc nulls last, record_id',
        'newest': 'updated_at desc nulls last, trust, record_id',
    }[by] -%}
    first({{ column }} order by {{ order }}) filter (where {{ column }} is not null) as {{ column }}
{%- endmacro %}

{# Whom to believe, 1 first: what people keep up beats what was typed in passing. #}
{% macro person_trust(source) -%}
    case {{ source }} when 'crm' then 1 when 'shop' then 2 when 'tickets' then 3 when 'newsletter' then 4 else 5 end
{%- endmacro %}

{# The register first: it is kept by law. #}
{% macro company_trust(source) -%}
    case {{ source }} when 'register' then 0 else 1 end
{%- endmacro %}
