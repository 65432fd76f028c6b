"""Pages for users of the platform: no account, no script, a link that ends."""
