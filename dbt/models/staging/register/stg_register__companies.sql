{{ newest_version('register__companies', ['country_code', 'org_number']) }}
