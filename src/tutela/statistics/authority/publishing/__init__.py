"""Figures and the submission as files: JSON, CSV, SDMX-CSV, XLSX, PDF."""
