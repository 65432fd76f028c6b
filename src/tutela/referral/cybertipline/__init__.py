"""NCMEC's CyberTipline Reporting API. Identifiers that its schema fixes appear in this folder only."""
