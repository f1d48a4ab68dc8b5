-- Approved audiences for the newsletter tool. Who has not consented, has objected or has no address is not
-- here; of customers who share an address, one is, so that nobody is contacted twice.
with
members as (
    select segments.segment_id, segments.customer_id
    from {{ source('segments', 'customer_segments') }} as segments
    inner join {{ source('segments', 'segment_definitions') }} as definitions using (segment_id)
    where
        segments.scheme = 'audience'
        and definitions.status = 'approved'
        and definitions.customer_type = 'person'
        and segments.segment_id not in (
            select segment_id from {{ source('segments', 'segment_quality') }}
            where refuses_approval
        )
),

reachable as (
    select
        members.segment_id, members.customer_id, customers.email, customers.first_name, customers.last_name,
        customers.language, customers.country_code
    from members
    inner join {{ ref('customer_consents') }} as consents using (customer_id)
    inner join {{ ref('dim_customers') }} as customers using (customer_id)
    where consents.may_email and not consents.has_objected and customers.email is not null
    qualify row_number() over (partition by members.segment_id, customers.email order by members.customer_id) = 1
),

-- Who is in several audiences gets one message, that of the segment with the highest priority.
ranked as (
    select
        reachable.*,
        row_number() over (
            partition by reachable.email order by priorities.rank nulls last, reachable.segment_id
        ) as message_rank
    from reachable
    left join {{ source('segments', 'segment_priorities') }} as priorities using (segment_id)
)

select * from ranked
