{{ newest_version('shop__orders', ['order_id']) }}
