"""What is looked for in messages, and what is given about a conversation: key indicators and objective risk factors.

Article 3(1)(f) of Regulation (EU) 2021/1232 allows only these two. The list of indicators is closed: a label outside
it is refused when labelled data is read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Indicator(StrEnum):
    """What one message asks for."""

    SECRECY = "asks_for_secrecy"
    MOVING = "asks_to_move_elsewhere"
    DETAILS = "asks_for_personal_details"
    MEETING = "asks_to_meet"


Count = Annotated[int, Field(ge=0, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
AgeGap = Literal["under_5", "5_to_14", "15_or_more"]
AgeBasis = Literal["declared", "estimated"]


class Factors(BaseModel):
    """Objective risk factors that the platform gives. None means that it does not know, which is not "no".

    `age_gap` is in years, between the account that began the conversation and the other one; `age_basis` says where
    the ages come from. `similar_contacts` counts the new contacts of the same kind that this account made in the seven
    days before; `unanswered_share` is the share of them that never answered. `moved_elsewhere` says that the platform
    saw the two leave for another service.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    age_gap: AgeGap | None = None
    age_basis: AgeBasis | None = None
    new_contact: bool | None = None
    similar_contacts: Count | None = None
    unanswered_share: Share | None = None
    moved_elsewhere: bool | None = None


UNKNOWN = Factors()
