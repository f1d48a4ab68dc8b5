{{ newest_version('campaigns__assignments', ['campaign_id', 'person_source', 'person_key']) }}
