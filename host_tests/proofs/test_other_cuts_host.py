"""The short forms of damage, crowded flashes, jumping clocks and cuts within the recovery."""

from host_tests.proofs import clocks, crowded, damage, recuts
from host_tests.proofs.proof import run_short


def test_a_damaged_file_of_journal_or_settings(capsys):
    said(capsys, run_short(damage.PROOF), 300, "damages")


def test_a_cut_in_the_start_that_follows_a_cut(capsys):
    said(capsys, run_short(recuts.PROOF), 100, "cuts")


def test_a_flash_that_other_files_have_filled():
    figures = run_short(crowded.PROOF)
    assert figures[0][1] == figures[1][1] + figures[2][1] + figures[3][1] == 8
    assert figures[1][1] >= 4


def test_clocks_that_jump_between_starts_and_within_them():
    figures = run_short(clocks.PROOF)
    assert figures[1][1] > 4
    assert figures[2][1] > 100


def said(capsys, figures, least, what):
    """Print the count; a proof without hundreds has lost its point."""
    count = figures[0][1] if what == "damages" else figures[1][1]
    assert count >= least
    with capsys.disabled():
        print(f" {count} {what}", end="")
