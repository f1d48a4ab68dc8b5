{{ newest_version('shop__order_lines', ['order_id', 'line_no']) }}
