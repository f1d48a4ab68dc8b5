{{ newest_version('shop__customers', ['shop_customer_id']) }}
