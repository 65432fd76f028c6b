"""Segments: immutable, checksummed files of entries, mapped into memory and shared by all processes of a machine."""
