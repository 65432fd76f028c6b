"""What reporters send in: read cell by cell, kept by version, tracked."""
