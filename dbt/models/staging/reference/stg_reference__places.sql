{{ newest_version('reference__places', ['country_code', 'postal_code']) }}
