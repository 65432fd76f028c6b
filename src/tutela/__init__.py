"""Tutela: detect, review, report, redress and account, with figures that open down to their events."""

__version__ = "0.1.0"
