"""Figures of legal process."""
