{# I8: no feature rests on anything later than its day. #}
{% test nothing_after_as_of(model) %}
    select customer_id
    from {{ model }}
    where greatest(last_order_on, last_visit_on, last_event_on, customer_since_on) > as_of
{% endtest %}
