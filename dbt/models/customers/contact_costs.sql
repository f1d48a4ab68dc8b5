-- What it cost to contact one customer in the campaigns of the last 365 days; null where no cost is known.
with
contacted as (
    select campaigns.campaign_id, campaigns.cost_eur, count(*) as contacts
    from {{ ref('stg_campaigns__campaigns') }} as campaigns
    inner join {{ ref('fct_campaign_receipts') }} using (campaign_id)
    inner join {{ source('raw', 'as_of') }} as today
        on campaigns.starts_on <= today.as_of and today.as_of - campaigns.starts_on < 365
    where campaigns.cost_eur is not null
    group by campaigns.campaign_id, campaigns.cost_eur
)

select cast(sum(cost_eur) as double) / nullif(sum(contacts), 0) as cost_eur
from contacted
