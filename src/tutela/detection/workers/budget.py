"""What decoding one item may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """What a worker may take for one item, and how long it lives. Beyond it the item ends as `undecodable`.

    `memory` and `answer` are bytes, `seconds` pass on the clock, `cpu_seconds` on the processor. A worker is replaced
    after `items` items, or once it holds `growth` bytes more than when it was new. Raises ValueError.
    """

    memory: int = 3 * 1024**3
    seconds: float = 300.0
    cpu_seconds: float = 120.0
    answer: int = 64 * 1024**2
    items: int = 1000
    growth: int = 256 * 1024**2

    def __post_init__(self) -> None:
        if self.memory < 64 * 1024**2:
            raise ValueError("max_memory is at least 67108864 bytes: a decoder needs some")
        if self.seconds <= 0 or self.cpu_seconds <= 0:
            raise ValueError("max_seconds and max_cpu_seconds are above 0")
        if self.answer < 64 * 1024 or self.items < 1 or self.growth < 1:
            raise ValueError("max_answer is at least 65536 bytes, and items_per_worker at least 1")
