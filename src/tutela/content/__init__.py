"""What arrives: items, their limits, and the safe decoding of images."""
