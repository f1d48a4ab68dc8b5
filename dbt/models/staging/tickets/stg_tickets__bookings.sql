{{ newest_version(ref('stg_tickets__bookings_versions'), ['booking_id']) }}
