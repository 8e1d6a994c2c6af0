"""Names that are too long for a table lose their middle."""

import pytest
from rich.cells import cell_len

from shiftscope.cli.printed.name_cell import without_middle


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (18, "gaussian_noise-0.2"),
        (17, "gauss…n_noise-0.2"),  # of 16 letters 5 and 11
        (8, "ga…e-0.2"),
        (2, "…2"),
        (1, "…"),
        (0, "…"),
    ],
)
def test_the_end_of_a_name_stays(width, shown):
    assert without_middle("gaussian_noise-0.2", width) == shown


def test_wide_letters_count_twice():
    assert without_middle("夜" * 6, 12) == "夜" * 6
    cut = without_middle("夜" * 6, 9)
    assert cut == "夜…夜夜夜"
    assert cell_len(cut) == 9
