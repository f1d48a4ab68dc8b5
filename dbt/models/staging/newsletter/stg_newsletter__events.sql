{{ newest_version('newsletter__events', ['event_id']) }}
