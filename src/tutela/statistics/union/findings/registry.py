"""Finds the checks: every module in `checks/` has one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings import checks as folder
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity


@cache
def checks() -> tuple[Check, ...]:
    """Return the checks in the order of their ids."""
    found = []
    for module in pkgutil.iter_modules(folder.__path__):
        check = importlib.import_module(f"{folder.__name__}.{module.name}").check
        if not isinstance(check, Check) or check.id != module.name:
            raise TypeError(f"{module.name}.py has no check of its name")
        found.append(check)
    return tuple(found)


def findings(data: Dataset) -> tuple[Finding, ...]:
    """Return what does not add up in a data set: contradictions first, then by check and place."""
    order = list(Severity)
    found = [finding for check in checks() for finding in check.find(data)]
    return tuple(sorted(found, key=lambda f: (order.index(f.severity), f.id)))
