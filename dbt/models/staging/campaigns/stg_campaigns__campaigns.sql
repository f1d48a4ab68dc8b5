{{ newest_version(ref('stg_campaigns__campaigns_versions'), ['campaign_id']) }}
