"""Malformed files without end, from a seed: what somebody sends to break a decoder."""
