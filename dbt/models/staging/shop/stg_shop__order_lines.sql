{{ newest_version(ref('stg_shop__order_lines_versions'), ['order_id', 'line_no']) }}
