"""Many rows at once: copies of a small installation, and the made-up provider that is made of them."""
