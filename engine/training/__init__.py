"""A student learns from a teacher's answers."""
