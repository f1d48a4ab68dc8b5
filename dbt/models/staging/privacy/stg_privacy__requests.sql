{{ newest_version('privacy__requests', ['request_id']) }}
