"""What follows from a confirmed case: the operator's configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """What is ordered once a person has confirmed a case. `recipients` are names of installed recipients."""

    remove_content: bool = True
    suspend_account: bool = True
    recipients: tuple[str, ...] = ("cybertipline",)
