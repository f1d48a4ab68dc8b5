-- Who received which campaign, first on which day: mailed, or assigned to its treatment.
with
mailed as (
    select customer_id, campaign_id, occurred_on as received_on
    from {{ ref('fct_interactions') }}
    where kind = 'email_sent' and campaign_id is not null and customer_id is not null
),

treated as (
    select identities.customer_id, assignments.campaign_id, cast(assignments.assigned_at as date) as received_on
    from {{ ref('stg_campaigns__assignments') }} as assignments
    inner join {{ source('identity', 'customer_identities') }} as identities
        on identities.record_id = assignments.person_source || ':' || assignments.person_key
    where assignments.arm = 'treatment'
),

receipts as (
    select * from mailed
    union all by name
    select * from treated
)

select customer_id, campaign_id, min(received_on) as received_on
from receipts
group by customer_id, campaign_id
