{{ newest_version(ref('stg_crm__companies_versions'), ['crm_company_id']) }}
