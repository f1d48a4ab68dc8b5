{{ newest_version(ref('stg_reference__places_versions'), ['country_code', 'postal_code']) }}
