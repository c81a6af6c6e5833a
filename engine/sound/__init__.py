"""Sound as it comes in: any file decoded, where somebody speaks, what is wrong with it, and changed versions of it."""
