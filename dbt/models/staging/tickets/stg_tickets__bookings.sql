{{ newest_version('tickets__bookings', ['booking_id']) }}
