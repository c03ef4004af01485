"""Groups of unequal size, empty ones among them, counted as a loop would."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.ragged import spread


@given(st.lists(st.integers(0, 5), max_size=6))
def test_every_member_of_every_group_is_there_once_and_in_order(counts: list[int]) -> None:
    group, step = spread(np.array(counts, np.intp))
    counted = [(k, i) for k, count in enumerate(counts) for i in range(count)]
    assert list(zip(group.tolist(), step.tolist(), strict=True)) == counted
