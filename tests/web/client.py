"""The test client of Starlette, which newer versions deprecate with httpx and older ones know with nothing else.

It calls from this machine, as a browser on it would: from elsewhere nothing is served in plain.
"""

from __future__ import annotations

import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient as _TestClient

__all__ = ["TestClient"]


class TestClient(_TestClient):
    __test__ = False

    def __init__(self, app: Any, base_url: str = "http://127.0.0.1", **options: Any) -> None:
        options.setdefault("client", ("127.0.0.1", 50000))
        super().__init__(app, base_url, **options)
