"""What follows from a confirmed case: the operator's configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """What is ordered once a person has confirmed a case. `recipients` are names of installed recipients."""

    remove_content: bool = True
    suspend_account: bool = True
    recipients: tuple[str, ...] = ("cybertipline",)

    def __post_init__(self) -> None:
        """Refuse a recipient that is named twice: each name is a report of its own."""
        twice = sorted({name for name in self.recipients if self.recipients.count(name) > 1})
        if twice:
            raise ValueError(f"policy.recipients: {', '.join(twice)} is named twice, and would get every report twice")
