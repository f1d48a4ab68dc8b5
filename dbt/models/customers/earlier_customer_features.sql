-- As customer_features, on days gone by: what is learnt from, and nothing where nothing is to be learnt.
{{ customer_features("select as_of from " ~ source('customers', 'feature_days')) }}
