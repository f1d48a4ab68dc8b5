{{ newest_version(ref('stg_newsletter__subscribers_versions'), ['subscriber_id']) }}
