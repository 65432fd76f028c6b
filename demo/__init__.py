"""The demonstration: ordinary photographs, their everyday edits, and what the system makes of them."""
