-- As customer_features, on days gone by: what is learnt from, and nothing where nothing is to be learnt.
{% set days = "select as_of from " ~ source('customers', 'feature_days') %}
{{ customer_features(days, ref('earlier_customers'), ref('earlier_companies')) }}
