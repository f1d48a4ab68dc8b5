{{ newest_version('social__engagements', ['engagement_id']) }}
