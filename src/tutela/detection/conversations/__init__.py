"""Patterns of solicitation in conversations: indicators, a calibrated probability, reasons; training and its proof."""
