"""What becomes of students: kept, compared, made smaller, checked, and let out."""
