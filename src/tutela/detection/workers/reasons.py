"""What is said of an item that was lost: what happened, and what to do."""

from __future__ import annotations

from tutela.detection.workers.budget import Budget
from tutela.detection.workers.hand import Cause


def reason_of(cause: Cause, detail: str, budget: Budget) -> str:
    """Return the reason in a sentence."""
    more = "under [limits] in tutela.toml allows more"
    match cause:
        case Cause.SECONDS:
            return f"decoding took more than {budget.seconds:g} s and was ended; max_seconds {more}"
        case Cause.CPU_SECONDS:
            spent = f"{budget.cpu_seconds:g} s of a processor's time"
            return f"decoding took more than {spent} and was ended; max_cpu_seconds {more}"
        case Cause.MEMORY:
            return f"decoding needs more than {budget.memory:,} bytes of memory; max_memory {more}"
        case Cause.TOO_LONG:
            return f"the decoder's answer is longer than {budget.answer:,} bytes; max_answer {more}"
        case Cause.KILLED:
            return "the system ended the decoder, most likely for want of memory; fewer workers at once need less"
        case Cause.CRASHED:
            return f"the decoder crashed on it ({detail})"
        case Cause.NO_ANSWER:
            return "the decoder gave no answer that can be read, and was ended"
        case Cause.CLOSING:
            return "the work was stopped before it was decoded"
