{{ newest_version(ref('stg_campaigns__assignments_versions'), ['campaign_id', 'person_source', 'person_key']) }}
