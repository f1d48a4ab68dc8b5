-- Persons and companies side by side, with what is known of both. Sums over both types count orders twice.
{{ config(materialized='replaced_view') }}

select
    customer_id, 'person' as customer_type, orders, orders_365d, orders_90d, revenue_365d_eur, average_order_eur,
    recency_days, last_event_on, is_retained, nps
from {{ ref('customer_features') }}
union all
select
    customer_id, 'company' as customer_type, orders, orders_365d, orders_90d, revenue_365d_eur, average_order_eur,
    recency_days, last_event_on, is_retained, cast(null as integer) as nps
from {{ ref('company_features') }}
