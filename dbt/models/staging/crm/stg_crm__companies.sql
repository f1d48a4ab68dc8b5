{{ newest_version('crm__companies', ['crm_company_id']) }}
