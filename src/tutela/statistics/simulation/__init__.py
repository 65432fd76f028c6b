"""The twin: a made-up regime of which the truth is known, told through the real statistics and held against it."""
