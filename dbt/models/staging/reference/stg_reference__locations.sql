{{ newest_version('reference__locations', ['location_id']) }}
