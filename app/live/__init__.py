"""Somebody speaks, and is heard: sessions, the teacher that follows, and what the page asks meanwhile."""
