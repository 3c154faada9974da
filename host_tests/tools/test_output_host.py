"""What takes long says how far it is, on a terminal alone."""

import io

import pytest
from rich.console import Console

from basalt import output


@pytest.fixture
def shown(monkeypatch):
    """Calls a bar with (done, of) after each other; what was on the screen at its end."""

    def call(*told, terminal=True, **how):
        screen = io.StringIO()
        console = Console(file=screen, force_terminal=terminal, width=80)
        monkeypatch.setattr(output, "err", console)
        with output.bar("Counting", **how) as progress:
            for done, of in told:
                progress(done, of)
        return screen.getvalue()

    return call


def test_a_bar_tells_how_far_it_is(shown):
    text = shown((0, 10), (3, 10))
    assert "Counting" in text and "3/10" in text
    assert "3/10" not in shown((3, 10), counted=False)


def test_before_and_after_the_count_it_tells_how_long_it_takes(shown):
    for text in (shown(), shown((3, 10), (10, 10))):
        assert "Counting" in text and "0:00:00" in text
        assert "/" not in text


def test_it_waits_for_the_first_word_where_most_calls_are_short(shown):
    assert "Counting" not in shown(at_once=False)
    assert "1/2" in shown((1, 2), at_once=False)


def test_where_nobody_watches_nothing_is_written(shown):
    assert shown((3, 10), terminal=False) == ""
    assert "Counting" not in shown((3, 10), shown=False)
