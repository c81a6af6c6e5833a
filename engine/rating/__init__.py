"""What people say of clips, beside what models say: agreement, fusion, drift, doubt."""
