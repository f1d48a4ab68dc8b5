{{ newest_version('crm__contacts', ['contact_id']) }}
