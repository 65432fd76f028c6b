import pytest

from tutela.detection.matching.hamming import LinearHammingIndex


@pytest.mark.parametrize("length", [0, 4, 7, 9, 20, -8])
def test_lengths_are_multiples_of_8_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="multiple of 8"):
        LinearHammingIndex([], length)
