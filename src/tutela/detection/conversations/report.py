"""What evaluating found, as it stands in a model's file, in the card and in JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False)]
By = Literal["account", "time", "campaign", "given"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bounded(_Part):
    """A share from 0 to 1 with 95 % bounds, by resampling accounts; all three None where there is nothing to divide."""

    value: Number | None
    low: Number | None = None
    high: Number | None = None


class Figures(_Part):
    """How often flags were right: counts of conversations, and shares."""

    conversations: int
    accounts: int
    labelled: int
    flagged: int
    right: int
    precision: Bounded
    recall: Bounded
    f_half: Bounded
    false_positive_rate: Bounded


class Latency(_Part):
    """How many messages it took. Only of conversations that were flagged rightly, but for `erde`.

    `erde` at 5 and at 50 messages (Losada and Crestani, A Test Collection for Research on Depression and Language Use,
    CLEF 2016), the lower the better; `f_latency` (Sadeque, Xu and Bethard, Measuring the Latency of Depression
    Detection in Social Media, WSDM 2018), the higher the better; `half_speed_at` is the count of messages at which its
    penalty is 1/2: the median length of the conversations.
    """

    messages_median: Number | None
    messages_p90: Number | None
    share_read_median: Number | None
    erde_5: Number
    erde_50: Number
    f_latency: Number
    half_speed_at: int
    found_by: tuple[tuple[int, Number], ...]
    """The early detection curve: after so many messages, the share of labelled conversations that had been flagged."""


class Point(_Part):
    """A point of the curve of precision and recall."""

    threshold: Number
    precision: Number
    recall: Number


class Bin(_Part):
    """A bin of the reliability of the probability after the last message."""

    low: Number
    high: Number
    conversations: int
    mean_probability: Number
    share_labelled: Number


class Baseline(_Part):
    """What something simpler does on the same conversations, with a threshold that was chosen in the same way."""

    name: str
    figures: Figures


class Leaks(_Part):
    """What would have let training see the test. All of it was left out of training, fold by fold.

    `near_duplicates` counts test conversations that had a near-duplicate in what would have been trained on;
    `pairs` are some of them, with how much they share. `shared_accounts` counts conversations that were left out since
    they share an account with the test, `overlapping` those that were still going on when the test began.
    """

    near_duplicates: int
    shared_accounts: int
    overlapping: int
    left_out: int
    pairs: tuple[tuple[str, str, Number], ...]


class Split(_Part):
    """One way of keeping training and test apart, and what came of it."""

    by: By
    folds: int
    skipped: str | None = None
    figures: Figures | None = None
    threshold_low: Number | None = None
    threshold_high: Number | None = None
    brier: Number | None = None
    calibration_error: Number | None = None
    reliability: tuple[Bin, ...] = ()
    curve: tuple[Point, ...] = ()
    average_precision: Number | None = None
    latency: Latency | None = None
    by_language: tuple[tuple[str, Figures], ...] = ()
    by_length: tuple[tuple[str, Figures], ...] = ()
    baselines: tuple[Baseline, ...] = ()
    leaks: Leaks | None = None


class Data(_Part):
    """What there was to train on."""

    conversations: int
    labelled: int
    messages: int
    accounts: int
    languages: tuple[tuple[str, int], ...]
    campaigns: int
    first: str
    last: str
    indicators: tuple[tuple[str, int, int], ...]
    """Of each indicator: its name, messages that were labelled at all, and those that have it."""
    factors: tuple[tuple[str, Number | None, Number | None], ...]
    """Of each factor: the share of labelled and of other conversations for which it is known."""


class Report(_Part):
    """All of it."""

    data: Data
    splits: tuple[Split, ...]
