{{ newest_version(ref('stg_reference__locations_versions'), ['location_id']) }}
