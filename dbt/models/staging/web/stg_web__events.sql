{{ newest_version(ref('stg_web__events_versions'), ['event_id']) }}
