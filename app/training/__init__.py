"""From a library to a student: what is taught, how it is watched, and shapes that are tried."""
