"""The power is cut at every flash operation, and in the middle of each: nothing durable is lost.

A scenario runs once on the real littlefs while the flash records its operations. From every prefix
of them, and from every prefix with a part of the next operation, the flash is rebuilt and started
again. The records that were durable by then must be there, as they were written, once and in
order; the ones that were being written may be there; nothing else may.
"""

import random

import pytest

from host_tests.fakes.flash import Files, Flash, states_after_cuts
from host_tests.storage.logs import SEGMENT, counts, make, numbers, segments, start, write
from pump.storage.settings_store import SettingsStore

SMALL = 64  # blocks; a copy of such a flash is quick


class Run:
    """One recorded scenario: what was durable after how many flash operations."""

    def __init__(self, flash, most_records=36_000):
        self.flash = flash
        self.files = Files(flash)
        self.most_records = most_records
        self.image = flash.record()
        self.journal, self.recovery = start(self.files, most_records)
        self.first = self.journal.next_seq
        self.marks = [(0, self.journal.next_seq - 1, self.journal.next_seq - 1)]

    def commit(self, count):
        """Append so many records and commit; note what is durable before and after."""
        begin = len(self.flash.operations)
        before = self.journal.next_seq - 1
        for _ in range(count):
            self.journal.append(make(self.journal.next_seq))
        self.marks.append((begin, before, self.journal.next_seq - 1))
        self.journal.commit()
        done = self.journal.next_seq - 1
        self.marks.append((len(self.flash.operations), done, done))

    def bounds(self, operations):
        """(last record that must be there, last that may be) after so many operations."""
        must = may = 0
        for at, durable, staged in self.marks:
            if at <= operations:
                must = durable
                may = max(may, staged)
        return must, may

    def states(self):
        """Every state of the flash a cut can leave."""
        return states_after_cuts(self.image, self.flash.operations)


def check_after_cut(run, operations, image, look_back=70, go_on=0):
    """Start on what the cut left. Returns the last number found."""
    files = Files(Flash(image=image))
    assert not files.formatted, "the filesystem was lost after %d operations" % operations
    journal, recovery = start(files, run.most_records)
    must, may = run.bounds(operations)
    last = journal.next_seq - 1
    assert must <= last <= may
    assert counts(recovery) == (0, 0, 0)
    assert recovery.found_empty == (last == 0)
    begin = max(journal.first_seq, last - look_back)
    assert numbers(journal, begin, room=32) == list(range(begin, last + 1))
    buffer = bytearray(64)
    for path in segments(files):
        first = int(path[-12:-4], 16)
        if first <= last - 2:
            count = journal.read_into(first, buffer)
            assert count  # it may be fewer than fit, at the end of a segment
            assert buffer[:32] == make(first)
            assert count == 1 or buffer[32:] == make(first + 1)
    if go_on:
        end = write(journal, go_on, at_once=3)
        again, recovery = start(files, run.most_records)
        assert counts(recovery) == (0, 0, 0)
        assert numbers(again, begin, room=32) == list(range(begin, end + 1))
    return last


def check_all_cuts(run, go_on_every=7):
    """Check every state; returns how many there were."""
    checked = 0
    for operations, _torn, image in run.states():
        go_on = 40 if checked % go_on_every == 0 else 0
        check_after_cut(run, operations, image, go_on=go_on)
        checked += 1
    return checked


def say(capsys, cuts):
    """Print how many cuts were checked; a scenario without hundreds has lost its point."""
    assert cuts > 100
    with capsys.disabled():
        print(" %d cuts" % cuts, end="")


def prepared(count, blocks=SMALL, most_records=36_000):
    """A flash with a log of that many records."""
    flash = Flash(blocks)
    journal, _ = start(Files(flash), most_records)
    write(journal, count, at_once=40)
    return flash


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 30])
def test_a_cut_in_the_first_hours_of_a_new_board(at_once, capsys):
    run = Run(Flash(SMALL))
    for _ in range(60 // at_once + 1):
        run.commit(at_once)
    say(capsys, check_all_cuts(run))


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_cut_while_the_log_goes_on_in_the_next_segment(at_once, capsys):
    run = Run(prepared(SEGMENT - 22))
    for _ in range(60 // at_once):
        run.commit(at_once)
    assert len(segments(run.files)) == 2
    say(capsys, check_all_cuts(run))


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_cut_while_the_oldest_segment_is_dropped(at_once, capsys):
    run = Run(prepared(2 * SEGMENT - 22, most_records=1150), most_records=1150)
    oldest = run.journal.first_seq
    for _ in range(81 // at_once):
        run.commit(at_once)
    assert run.journal.first_seq == oldest + SEGMENT
    say(capsys, check_all_cuts(run))


def test_a_cut_while_other_files_leave_no_room(capsys):
    flash = prepared(3 * SEGMENT - 120)
    files = Files(flash)
    with files.open("/firmware", "wb") as file:
        file.write(bytes(4096 * (files.free_blocks() - 2)))
    run = Run(flash)
    for _ in range(150):
        run.commit(3)
    assert run.journal.first_seq > 1
    say(capsys, check_all_cuts(run, go_on_every=40))


def test_a_cut_while_the_heads_move_to_other_blocks(capsys):
    """littlefs moves a folder to other blocks after 100 erases, and rewrites its parent."""
    flash = Flash(SMALL)
    journal, _ = start(Files(flash))
    moved = flash.programs[0] + flash.programs[1]
    while flash.programs[0] + flash.programs[1] == moved:
        image = flash.image()
        write(journal, 25)
    run = Run(Flash(image=image))
    for _ in range(25):
        run.commit(1)
    assert run.flash.programs[0] + run.flash.programs[1] > 0
    say(capsys, check_all_cuts(run))


def test_a_cut_while_damage_is_dealt_with(capsys):
    flash = prepared(SEGMENT + 60)
    files = Files(flash)
    journal, _ = start(files)
    write(journal, 20)
    with files.open("/log/head/1", "rb") as file:
        lost = int.from_bytes(file.read(4), "little")
    with files.open("/log/head/1", "wb") as file:
        file.write(b"noise" * 30)
    with files.open(segments(files)[0], "ab") as file:
        file.write(b"noise")
    run = Run(flash)
    assert sum(counts(run.recovery)) > 0
    for _ in range(40):
        run.commit(1)
    checked = 0
    for operations, _torn, image in run.states():
        files = Files(Flash(image=image))
        journal, _ = start(files)
        must, _may = run.bounds(operations)
        assert journal.next_seq > must
        end = write(journal, 3)
        found = numbers(journal, SEGMENT + 1, room=32)
        first_new = run.first
        old = [seq for seq in range(SEGMENT + 1, SEGMENT + 81) if not lost <= seq < lost + 6]
        new = list(range(first_new, must + 1))
        assert [seq for seq in found if seq <= must] == [seq for seq in old + new if seq <= must]
        assert found[-1] == end
        assert len(found) == len(set(found))
        checked += 1
    say(capsys, checked)


def test_cut_after_cut_the_log_only_grows():
    chance = random.Random(20)
    image = Flash(SMALL).image()
    last = 0
    for _ in range(150):
        run = Run(Flash(image=image), most_records=1100)
        assert run.journal.next_seq == last + 1
        for _ in range(chance.randrange(1, 12)):
            run.commit(chance.choice((1, 1, 2, 3, 30, 60)))
        states = list(run.states())
        operations, _torn, image = chance.choice(states)
        last = check_after_cut(run, operations, image)
    assert last > 1.5 * SEGMENT + 1100


@pytest.mark.parametrize("size", [40, 300, 1500])
def test_a_cut_while_saving_leaves_the_old_settings_or_the_new(size, capsys):
    flash = Flash(SMALL)
    files = Files(flash)
    store = SettingsStore(files)
    assert store.load() is None
    image = flash.record()
    marks = []
    for count in range(60):
        blob = bytes([count]) * size
        begin = len(flash.operations)
        store.save(blob)
        marks.append((begin, len(flash.operations), blob))
    checked = 0
    for operations, _torn, state in states_after_cuts(image, flash.operations):
        files = Files(Flash(image=state))
        assert not files.formatted
        store = SettingsStore(files)
        found = store.load()
        before = [blob for _, end, blob in marks if end <= operations]
        under_way = [blob for begin, end, blob in marks if begin <= operations < end]
        assert found in (before[-1:] or [None]) + under_way
        assert not store.damaged
        if checked % 10 == 0:
            store.save(b"again")
            assert SettingsStore(files).load() == b"again"
        checked += 1
    say(capsys, checked)
