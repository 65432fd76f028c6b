"""`make bench`: every measurement there is."""

from __future__ import annotations

import sys

from bench.hashing import main

if __name__ == "__main__":
    sys.exit(main())
