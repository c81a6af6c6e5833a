"""Parts that networks of teachers and students are built of, all of them torch modules."""
