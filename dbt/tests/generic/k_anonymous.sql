{# No group of living people below k, except what was generalised altogether. #}
{% test k_anonymous(model, k) %}
    select country_code, region, age_band, gender
    from {{ model }}
    where customer_type = 'person' and not is_retired and country_code <> 'other'
    group by all
    having count(*) < {{ k }}
{% endtest %}
