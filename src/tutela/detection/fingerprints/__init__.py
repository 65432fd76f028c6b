"""What an item is recognised by: one small class for each kind, found through an entry point."""
