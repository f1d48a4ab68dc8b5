{{ newest_version(ref('stg_shop__orders_versions'), ['order_id']) }}
