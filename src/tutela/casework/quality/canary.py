"""Canaries: harmless pictures that go the whole way, to prove that it is open. Pure, but for the picture."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tutela.casework.case import Case, NotPossible
from tutela.casework.closing import Standing, close
from tutela.casework.policy import Policy
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.quality import CanaryLost, CanaryPassed, CanaryPlanted
from tutela.events.catalogue.redress import ActionOrdered
from tutela.events.catalogue.referral import ReferralOrdered
from tutela.events.envelope import SYSTEM, NewEvent

LIST = "tutela-canary"
"""The list that holds the canary's entry and no other."""
SIDE = 512


class CanaryState(StrEnum):
    """Where a canary is."""

    PLANTED = "planted"
    PASSED = "passed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Canary:
    """A canary as it stands."""

    id: str
    case: str | None
    item: str | None
    state: CanaryState
    due_at: datetime


def picture(seed: int | None = None) -> bytes:
    """Return the canary as a PNG: a texture that says what it is and what to decide.

    Each `seed` gives other bytes of the same look, so that the picture is matched by its look, as an edited copy is;
    without one it is the picture that the list's entry is made from.
    """
    levels = _waves()
    if seed is not None:
        levels = levels + np.random.default_rng(seed).normal(0, 1.5, levels.shape)
    image = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=34)
    draw.rectangle((0, SIDE // 2 - 60, SIDE, SIDE // 2 + 60), fill=20)
    for line, offset in (("Tutela canary: harmless.", -22), ('Please decide "known".', 22)):
        draw.text((SIDE // 2, SIDE // 2 + offset), line, fill=240, font=font, anchor="mm")
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@cache
def _waves() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return what every canary shows, (SIDE, SIDE), 40 to 210; read it, do not change it."""
    shape = np.random.default_rng(20_240_601)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    waves = np.zeros((SIDE, SIDE))
    for _ in range(14):
        fx, fy = shape.uniform(-16, 16, 2)
        waves += shape.uniform(0.4, 1) * np.sin(fx * x + fy * y + shape.uniform(0, 6.3))
    levels: np.ndarray[Any, np.dtype[np.float64]] = 40 + (waves - waves.min()) / np.ptp(waves) * 170
    levels.setflags(write=False)
    return levels


def planted(
    canary: str, case: str | None, item: str | None, due_at: datetime, actor: str, now: datetime
) -> list[NewEvent]:
    """Return what is recorded of a canary that was sent: it is lost at once where nothing flagged it."""
    payload = CanaryPlanted(canary=canary, planted_case=case, planted_item=item, due_at=due_at)
    events = [NewEvent(payload, canary, now, actor)]
    if case is None:
        events.append(NewEvent(CanaryLost(canary=canary, step="match"), canary, now, SYSTEM))
    return events


def came_through(
    canary: Canary, case: Case, verdict: Verdict, person: str, policy: Policy, now: datetime
) -> list[NewEvent]:
    """Return what is recorded when somebody decided on a canary: also what its confirmation would order.

    Nothing is ordered. Raises NotPossible for one that came through already.
    """
    if canary.state is CanaryState.PASSED:
        raise NotPossible("the canary came through already")
    payload = CanaryPassed(canary=canary.id, verdict=verdict, orders=would_order(case, policy, now))
    return [NewEvent(payload, canary.id, now, person)]


def would_order(case: Case, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Return what the case would order were it an ordinary one: kinds of action, then recipients of reports."""
    names: list[str] = []
    for event in close(replace(case, planted=None), Standing(), policy, person=SYSTEM, now=now):
        if isinstance(event.payload, ActionOrdered):
            names.append(event.payload.kind)
        elif isinstance(event.payload, ReferralOrdered):
            names.append(event.payload.recipient)
    return tuple(names)


def overdue(canary: Canary, now: datetime) -> list[NewEvent]:
    """Return what is recorded once a canary's time is over: it stands before people who did not decide."""
    if canary.state is not CanaryState.PLANTED or now <= canary.due_at:
        return []
    step: Literal["match", "decision"] = "match" if canary.case is None else "decision"
    return [NewEvent(CanaryLost(canary=canary.id, step=step), canary.id, now, SYSTEM)]
