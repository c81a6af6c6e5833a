"""Which shape of a student is worth its bytes and milliseconds."""
