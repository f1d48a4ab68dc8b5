{{ newest_version('privacy__consents', ['consent_id']) }}
