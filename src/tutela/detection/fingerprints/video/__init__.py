"""Fingerprints of videos: a PDQ of each frame (vPDQ), and one value of a whole clip (TMK+PDQF)."""
