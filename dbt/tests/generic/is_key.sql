{# Every row has the key, and no two rows share it: one query for what would be several tests. Columns that may be
   null belong to it with null as one more value. #}
{% test is_key(model, columns, nullable=[]) %}
    select {{ (columns + nullable) | join(', ') }}
    from {{ model }}
    group by {{ (columns + nullable) | join(', ') }}
    having count(*) > 1 or {{ columns | join(' is null or ') }} is null
{% endtest %}
