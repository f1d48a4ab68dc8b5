select
    segment_id, rank, score, profitability, purchasing_power, conversion, growth, goal_fit, recommended_action, reason
from {{ source('segments', 'segment_priorities') }}
