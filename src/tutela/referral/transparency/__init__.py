"""The DSA Transparency Database: statements of reasons of online platforms, never of private messages.

Identifiers that its schema fixes appear in this folder only.
"""
