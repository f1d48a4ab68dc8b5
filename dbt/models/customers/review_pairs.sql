-- Pairs of records of two customers that may be one person, the dearest first: what a steward looks at.
-- What hangs on a pair: the customers that undecided pairs connect with either side, and their revenue.
with
pairs as (
    select
        pairs.*, one.customer_id as customer_id_l, other.customer_id as customer_id_r,
        concat(least(one.customer_id, other.customer_id), greatest(one.customer_id, other.customer_id)) as both_ids
    from {{ source('identity', 'person_pairs') }} as pairs
    inner join {{ source('identity', 'customer_identities') }} as one on pairs.record_id_l = one.record_id
    inner join {{ source('identity', 'customer_identities') }} as other on pairs.record_id_r = other.record_id
    where one.customer_id <> other.customer_id
),

decided as (
    select distinct both_ids
    from pairs
    where decided_by = 'steward'
),

-- Two customers are one question, asked by their likeliest pair of records.
questions as (
    select
        pairs.record_id_l, pairs.record_id_r, pairs.customer_id_l, pairs.customer_id_r,
        pairs.match_probability, pairs.match_weight
    from pairs
    anti join decided using (both_ids)
    where pairs.decided_by = 'model' and pairs.match_probability >= 0.5
    qualify
        row_number() over (
            partition by pairs.both_ids order by pairs.match_weight desc, pairs.record_id_l, pairs.record_id_r
        ) = 1
),

neighbours as (
    select customer_id_l as customer_id, customer_id_r as neighbour_id from questions
    union
    select customer_id_r, customer_id_l from questions
),

concerned as (
    select questions.record_id_l, questions.record_id_r, questions.customer_id_l as customer_id from questions
    union
    select questions.record_id_l, questions.record_id_r, questions.customer_id_r from questions
    union
    select questions.record_id_l, questions.record_id_r, neighbours.neighbour_id
    from questions
    inner join neighbours on neighbours.customer_id in (questions.customer_id_l, questions.customer_id_r)
),

revenue as (
    select customer_id, sum(revenue_eur) as revenue_eur
    from {{ ref('fct_orders') }}
    group by customer_id
),

stakes as (
    select
        concerned.record_id_l, concerned.record_id_r, count(*) as customers,
        coalesce(sum(revenue.revenue_eur), 0) as revenue_eur
    from concerned
    left join revenue on concerned.customer_id = revenue.customer_id
    group by concerned.record_id_l, concerned.record_id_r
)

select
    row_number() over (
        order by stakes.revenue_eur desc, stakes.customers desc, questions.record_id_l, questions.record_id_r
    ) as rank,
    questions.record_id_l, questions.record_id_r, questions.customer_id_l, questions.customer_id_r,
    questions.match_probability, questions.match_weight, stakes.customers, stakes.revenue_eur
from questions
inner join stakes using (record_id_l, record_id_r)
order by rank
