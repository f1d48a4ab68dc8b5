{{ newest_version('web__events', ['event_id']) }}
