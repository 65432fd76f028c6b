"""Patterns of solicitation in conversations: indicators, one calibrated probability, reasons; training and its proof."""
