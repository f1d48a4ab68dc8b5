{{ newest_version(ref('stg_social__engagements_versions'), ['engagement_id']) }}
