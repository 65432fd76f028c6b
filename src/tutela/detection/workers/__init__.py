"""Where items are decoded: in processes that can do nothing else, and that cost one item where they fail."""
