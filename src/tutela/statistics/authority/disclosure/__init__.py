"""What may be told to everybody: small counts are suppressed, and what they could be computed from."""
