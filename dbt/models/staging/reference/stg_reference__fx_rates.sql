{{ newest_version(ref('stg_reference__fx_rates_versions'), ['currency', 'valid_from_on']) }}
