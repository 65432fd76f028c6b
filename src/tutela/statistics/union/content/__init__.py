"""What the report says beyond its tables: sentences, indicators, drawings, each made from observations."""
