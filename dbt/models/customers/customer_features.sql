-- What each feature means: models/segmentation/features.py. Here for one day, the as-of day.
{{ customer_features("select as_of from " ~ source('raw', 'as_of'), ref('dim_customers'), ref('dim_companies')) }}
