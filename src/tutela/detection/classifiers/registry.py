"""The makes of classifier that are installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import TypeAlias

from tutela.detection.classifiers.classifier import Classifier

GROUP = "tutela.classifiers"
Factory: TypeAlias = Callable[[Mapping[str, object]], Classifier]
"""Makes a classifier from its section of the configuration; raises ValueError with what to do."""


class UnknownMake(ValueError):
    """No installed package has a classifier of that make."""


@cache
def installed_makes() -> Mapping[str, Factory]:
    """Return the factory of each installed make by its name, sorted. Raises ValueError if two claim one name."""
    found: dict[str, Factory] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if point.name in found:
            raise ValueError(f"entry point {point.value!r} claims the classifier {point.name!r} a second time")
        found[point.name] = point.load()
    return found


def made(make: str, settings: Mapping[str, object]) -> Classifier:
    """Return a classifier of an installed make; raises UnknownMake, and ValueError where the settings are none."""
    makes = installed_makes()
    if make not in makes:
        raise UnknownMake(f"no classifier {make!r} is installed; there are: {', '.join(makes) or 'none'}")
    return makes[make](settings)
