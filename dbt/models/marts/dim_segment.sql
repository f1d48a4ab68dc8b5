with
definitions as (select * from {{ source('segments', 'segment_definitions') }}),

-- A draft that is marked approved and fails a measure of quality stays one.
refused as (
    select segment_id from {{ source('segments', 'segment_quality') }}
    where refuses_approval
),

first_seen as (
    select segment_id, min(valid_from) as first_seen_on
    from {{ source('segments', 'segment_history') }}
    where not is_replayed
    group by segment_id
),

-- A segment that is no longer defined keeps its rows of earlier days, so it stays as retired.
defined as (
    select * from definitions
    union all by name
    select
        segment_id, any_value(scheme) as scheme,
        case when any_value(left(customer_id, 2)) = 'c_' then 'company' else 'person' end as customer_type,
        split_part(segment_id, '.', 2) as name, 'No longer defined.' as description,
        'No longer defined.' as definition, max(definition_version) as definition_version,
        'retired' as status, 'team:insight' as owner, any_value(scheme) <> 'audience' as is_exclusive
    from {{ source('segments', 'segment_history') }}
    where segment_id not in (select segment_id from definitions)
    group by segment_id
)

select
    defined.segment_id,
    defined.scheme,
    defined.customer_type,
    defined.name,
    defined.description,
    defined.definition,
    defined.definition_version,
    case when defined.segment_id in (select segment_id from refused) then 'draft' else defined.status end as status,
    defined.owner,
    defined.is_exclusive,
    first_seen.first_seen_on
from defined
left join first_seen using (segment_id)
