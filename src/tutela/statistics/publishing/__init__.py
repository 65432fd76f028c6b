"""Doors through which any report goes out: PDF, XLSX, CSV, SDMX-CSV. They know no statistics."""
