{# Every row has the key; of a key there may be many rows. #}
{% test has_key(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    where {{ columns | join(' is null or ') }} is null
{% endtest %}
