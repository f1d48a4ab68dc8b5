{{ newest_version(ref('stg_crm__contacts_versions'), ['contact_id']) }}
