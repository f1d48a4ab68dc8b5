{{ next_categories("select as_of from " ~ source('raw', 'as_of')) }}
