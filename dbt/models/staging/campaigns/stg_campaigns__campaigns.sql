{{ newest_version('campaigns__campaigns', ['campaign_id']) }}
