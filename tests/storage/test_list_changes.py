"""What an index is built from: every entry that changed, from the first to the last."""

from __future__ import annotations

import pytest

from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.storage.workplace import Workplace


@pytest.mark.parametrize("count", [1, 2, 6, 45_000])
def test_no_entry_is_left_out(place: Workplace, count: int) -> None:
    place.lists.create(HashList("known", "o", "s", "SE", None))
    place.lists.add("known", [NewEntry("md5", number.to_bytes(16)) for number in range(count)])
    with place.lists.at_one_moment() as moment:
        batches = list(moment.changes_in_bulk(0, moment.revision(), "md5"))
        values = {value.tobytes() for batch in batches for value in batch.values}
        assert values == {number.to_bytes(16) for number in range(count)}
        assert len({change.value for change in moment.changes(0, moment.revision())}) == count
