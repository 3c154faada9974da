"""What every pulse engine must do, real or faked: the same assertions on each.

A bench has: engine, advance_us(us), look_us (how often to look for the end of a train), edges()
(rising edges on the STEP wire so far), level() (of that wire), press_stop(), let_go_stop(). A call
of a real engine takes time.
"""

from host_tests.expect import raises


def run_out(bench, limit_us=30_000_000):
    """Let a train end by itself."""
    for _ in range(limit_us // bench.look_us):
        if not bench.engine.busy():
            return
        bench.advance_us(bench.look_us)
    raise AssertionError("the train did not end")


def makes_exactly_what_was_ordered(bench):
    """Trains of every kind: shorter than the ramp, just as long, with a long middle."""
    ordered = 0
    for steps in (1, 2, 3, 4, 7, 8, 9, 50):
        bench.engine.start(steps)
        assert bench.engine.busy()
        run_out(bench)
        ordered += steps
        assert bench.engine.made() == steps
        assert bench.edges() == ordered
        assert bench.level() == 0
        assert not bench.engine.was_cut()


def count_grows_while_it_runs(bench):
    """made() is what the pin did so far, never more, never less."""
    bench.engine.start(30)
    seen = []
    while bench.engine.busy():
        bench.advance_us(700)
        before = bench.edges()
        made = bench.engine.made()
        assert before <= made <= bench.edges()
        seen.append(made)
    assert seen == sorted(seen)
    assert any(0 < made < 30 for made in seen)
    assert bench.engine.made() == 30


def stop_ends_the_train_with_its_exact_count(bench):
    """Nothing comes after stop(), and what came is known."""
    for after_us in (0, 100, 3_900, 4_005, 20_000, 41_234):
        before = bench.edges()
        bench.engine.start(40)
        bench.advance_us(after_us)
        bench.engine.stop()
        stopped_at = bench.edges()
        assert not bench.engine.busy()
        assert bench.engine.was_cut()
        assert bench.level() == 0
        bench.advance_us(20_000)
        assert bench.edges() == stopped_at
        assert bench.engine.made() == stopped_at - before < 40


def stop_without_a_train_is_harmless(bench):
    """The key may be pressed at any time."""
    bench.engine.stop()
    bench.engine.start(3)
    run_out(bench)
    bench.engine.stop()
    assert bench.engine.made() == 3
    assert not bench.engine.was_cut()
    assert bench.level() == 0


def next_train_starts_fresh_after_a_stop(bench):
    """No step of the stopped train is left over anywhere."""
    bench.engine.start(50)
    bench.advance_us(10_000)
    bench.engine.stop()
    before = bench.edges()
    bench.engine.start(5)
    run_out(bench)
    assert bench.engine.made() == 5
    assert bench.edges() == before + 5
    assert not bench.engine.was_cut()


def stop_pin_alone_ends_the_train(bench):
    """The wire itself is obeyed before the next pulse, whatever the processor is doing."""
    bench.engine.start(50)
    bench.advance_us(20_000)
    before = bench.edges()
    bench.press_stop()
    bench.advance_us(20_000)
    assert bench.edges() - before <= 1
    stopped_at = bench.edges()
    bench.let_go_stop()
    bench.advance_us(50_000)
    assert bench.edges() == stopped_at
    assert not bench.engine.busy()
    assert bench.engine.was_cut()
    assert bench.engine.made() == stopped_at
    assert bench.level() == 0


def train_ordered_while_stop_is_down_makes_nothing(bench):
    """The race between a key and an order is won by the key."""
    bench.press_stop()
    bench.engine.start(5)
    bench.advance_us(50_000)
    assert bench.edges() == 0
    assert bench.engine.made() == 0
    assert not bench.engine.busy()
    assert bench.engine.was_cut()
    bench.let_go_stop()
    bench.engine.start(5)
    run_out(bench)
    assert bench.engine.made() == bench.edges() == 5


def refuses_what_it_cannot_make(bench):
    """No steps, too many, or a second train at once."""
    longest = bench.engine.longest_train
    for steps in (0, -1, longest + 1):
        with raises(ValueError):
            bench.engine.start(steps)
    bench.engine.start(3)
    with raises(RuntimeError):
        bench.engine.start(1)
    run_out(bench)
    assert bench.engine.made() == bench.edges() == 3


def clear_counts_from_nothing_again(bench):
    """Before a train is begun its count can be looked at."""
    bench.engine.start(4)
    run_out(bench)
    bench.engine.clear()
    assert bench.engine.made() == 0
    bench.engine.start(3)
    run_out(bench)
    assert bench.engine.made() == 3
    assert bench.edges() == 7


CLAUSES = (
    makes_exactly_what_was_ordered,
    count_grows_while_it_runs,
    stop_ends_the_train_with_its_exact_count,
    stop_without_a_train_is_harmless,
    next_train_starts_fresh_after_a_stop,
    stop_pin_alone_ends_the_train,
    train_ordered_while_stop_is_down_makes_nothing,
    refuses_what_it_cannot_make,
    clear_counts_from_nothing_again,
)
