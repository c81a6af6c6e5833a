"""A trained student becomes the smallest file that says the same, and is proven to."""
