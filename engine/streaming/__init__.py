"""A student's file hears sound while it comes."""
