{{ newest_version(ref('stg_privacy__consents_versions'), ['consent_id']) }}
