"""The test client of Starlette, which newer versions deprecate with httpx and older ones know with nothing else."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["TestClient"]
