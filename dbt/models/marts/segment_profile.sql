select segment_id, feature, value, base_value, index_vs_base
from {{ source('segments', 'segment_profiles') }}
