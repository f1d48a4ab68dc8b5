{{ newest_version(ref('stg_register__companies_versions'), ['country_code', 'org_number']) }}
