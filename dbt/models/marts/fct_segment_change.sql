select as_of, segment_id, cause, customers
from {{ source('segments', 'segment_changes') }}
