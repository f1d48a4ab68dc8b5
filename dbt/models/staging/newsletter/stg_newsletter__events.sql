{{ newest_version(ref('stg_newsletter__events_versions'), ['event_id']) }}
