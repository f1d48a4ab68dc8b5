{# I8: nothing rests on anything later than its day. #}
{% test nothing_after_as_of(model, days) %}
    select customer_id
    from {{ model }}
    where greatest({{ days | join(', ') }}) > as_of
{% endtest %}
