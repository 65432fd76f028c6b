"""What follows from a confirmed case: the operator's configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutela.events.catalogue.base import ActionKind

When = bool | tuple[str, ...]
"""Always, never, or for items with one of these verdicts or classes."""
SELECTORS = ("known", "new", "A1", "A2", "B1", "B2")


@dataclass(frozen=True, slots=True)
class Policy:
    """What is ordered once a person has confirmed a case, and what a decision may say.

    `recipients` are names of installed recipients. `classes`: the operator is bound by the classes A1 to B2.
    `jurisdictions` are those (ISO 3166 codes) under whose law a decision may say what an item is.

    Each action follows always (True), never (False), or for items that were decided as one of the named verdicts
    (`known`, `new`) or classes (`A1` to `B2`). An account that is suspended is not warned as well. Raises ValueError.
    """

    remove_content: When = True
    suspend_account: When = True
    recipients: tuple[str, ...] = ("cybertipline",)
    warn_account: When = False
    classes: bool = True
    jurisdictions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant: an unknown word, and a recipient that is named twice."""
        for kind in ("remove_content", "suspend_account", "warn_account"):
            when = getattr(self, kind)
            unknown = [] if isinstance(when, bool) else sorted(set(when) - set(SELECTORS))
            if unknown:
                raise ValueError(f"policy.{kind}: {', '.join(unknown)}: true, false, or some of {', '.join(SELECTORS)}")
        # Each name is a report of its own.
        twice = sorted({name for name in self.recipients if self.recipients.count(name) > 1})
        if twice:
            raise ValueError(f"policy.recipients: {', '.join(twice)} is named twice, and would get every report twice")
        wrong = [code for code in self.jurisdictions if not re.fullmatch(r"[A-Z]{2}", code)]
        if wrong or len(set(self.jurisdictions)) < len(self.jurisdictions):
            raise ValueError("policy.jurisdictions: codes of two capital letters (ISO 3166), each once")

    def follows(self, kind: ActionKind, verdict: str, classification: str | None) -> bool:
        """Return whether the action follows from an item that was confirmed as this verdict and class."""
        when: When = getattr(self, kind)
        return when if isinstance(when, bool) else bool({verdict, classification} & set(when))
