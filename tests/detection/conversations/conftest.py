"""A model trained once on the stand-in."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from tests.detection.conversations.given import labelled
from tutela.detection.conversations.evaluation import described
from tutela.detection.conversations.model_file import ModelFile


@pytest.fixture(scope="session")
def file() -> ModelFile:
    pytest.importorskip("sklearn", reason="training needs scikit-learn, extra classifiers")
    from tutela.detection.conversations.material import Material
    from tutela.detection.conversations.report import Report
    from tutela.detection.conversations.training import Choices, train

    material = Material(labelled(160))
    model = train(material, np.arange(len(material.data)), Choices(1))
    report = Report(data=described(material), splits=())
    return ModelFile("t", datetime(2026, 11, 22, tzinfo=UTC), "test", "tests", 1, "F0.5", model, report)
