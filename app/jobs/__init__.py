"""Work of the background, and how it is begun, watched, told and ended."""
