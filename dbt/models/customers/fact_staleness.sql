-- How stale the facts of all customers are, by who saw them last.
select
    customer_type,
    fact,
    source,
    count(*) as facts,
    count(*) - count(last_seen_on) as undated_facts,
    cast(median(age_days) as integer) as median_age_days,
    avg(cast(stale_share as decimal(5, 4))) as stale_share
from {{ ref('fct_fact_freshness') }}
group by customer_type, fact, source
