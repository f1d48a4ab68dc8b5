{{ newest_version('reference__fx_rates', ['currency', 'valid_from_on']) }}
