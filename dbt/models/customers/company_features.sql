-- What each feature means: models/segmentation/company_features.py. Here for one day, the as-of day.
{{ company_features("select as_of from " ~ source('raw', 'as_of'), ref('dim_customers'), ref('dim_companies')) }}
