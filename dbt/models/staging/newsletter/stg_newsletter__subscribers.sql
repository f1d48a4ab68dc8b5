{{ newest_version('newsletter__subscribers', ['subscriber_id']) }}
