{{ newest_version(ref('stg_privacy__requests_versions'), ['request_id']) }}
