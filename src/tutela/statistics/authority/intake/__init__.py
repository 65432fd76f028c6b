"""What comes to the register in files: CSV, exports of the CyberTipline, packages of providers."""
