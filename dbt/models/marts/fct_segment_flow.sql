select as_of, scheme, from_segment_id, to_segment_id, customers
from {{ source('segments', 'segment_flows') }}
