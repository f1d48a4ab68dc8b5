{{ newest_version(ref('stg_shop__customers_versions'), ['shop_customer_id']) }}
