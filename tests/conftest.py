"""What every test may use: the settings of hypothesis, and the reference material beside the checkout."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import *  # noqa: F403 - its fixtures: databases, an installation, a clock
from tests.passwords import *  # noqa: F403 - its fixtures: what a password costs

settings.register_profile(
    "tutela",
    database=None,
    deadline=None,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tutela")


@pytest.fixture(scope="session")
def reference() -> Path:
    """`shared/reference`, beside the checkout or above it; TUTELA_SHARED names another `shared`."""
    given = os.environ.get("TUTELA_SHARED")
    shared = [Path(given)] if given else [parent / "shared" for parent in Path(__file__).resolve().parents]
    for place in shared:
        if (place / "reference").is_dir():
            return place / "reference"
    pytest.skip(f"no reference material: none of {', '.join(str(p / 'reference') for p in shared)} exists")


@pytest.fixture(scope="session")
def pdq_conformance(reference: Path) -> Path:
    """The pictures whose PDQ others published."""
    place = reference / "conformance" / "pdq"
    if not place.is_dir():
        pytest.skip(f"no conformance pictures: {place} does not exist")
    return place
