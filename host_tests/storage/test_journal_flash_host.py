"""The journal on the real littlefs: what a record costs, what fits, what damage it survives."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.fakes.flash import BLOCK_COUNT, Files, Flash
from host_tests.fakes.ram_files import RamFiles
from host_tests.storage.full_log import cost, full_log, put_firmware
from host_tests.storage.logs import (
    SEGMENT,
    STORED,
    counts,
    make,
    numbers,
    one_to,
    segments,
    start,
    write,
)

_EVERYTHING = 200_000


@pytest.fixture(scope="module")
def board():
    """A board with a full log; the tests of this file write on."""
    return full_log()


@pytest.mark.parametrize(
    ("at_once", "erases", "pages"), [(1, 0.13, 1.8), (2, 0.105, 1.3), (3, 0.09, 1.1)]
)
def test_a_durable_record_costs_at_most_0_15_sector_erases(board, at_once, erases, pages):
    flash, _files, journal = board
    erases_each, pages_each = cost(flash, journal, 1500, at_once)
    assert erases_each <= 0.15, "the budget"
    assert erases_each <= erases, "worse than it was"
    assert pages_each <= pages


def test_a_commit_of_one_record_is_one_page_most_of_the_time(board):
    flash, _files, journal = board
    pages = []
    for _ in range(300):
        before = flash.total_programs()
        write(journal, 1)
        pages.append(flash.total_programs() - before)
    assert pages.count(1) > 250


def test_36_000_records_fit_beside_200_kb_of_firmware():
    flash = Flash()
    files = Files(flash)
    put_firmware(files)
    journal, _ = start(files)
    write(journal, 36_000, at_once=40)
    for _ in range(60):
        last = write(journal, 40, at_once=40)
        assert last + 1 - journal.first_seq >= 36_000
    assert files.free_blocks() > 0
    assert numbers(journal, room=100) == list(range(journal.first_seq, last + 1))


def test_recovery_of_a_full_log_reads_little_of_the_flash(board):
    flash, _files, journal = board
    reads, size, erases = flash.reads, flash.bytes_read, flash.total_erases()
    again, recovery = start(Files(flash))
    assert counts(recovery) == (0, 0, 0)
    assert again.next_seq == journal.next_seq
    assert flash.reads - reads < 5_000
    assert flash.bytes_read - size < 420_000
    assert flash.total_erases() == erases


def test_reading_one_slice_of_a_full_log_reads_little_of_the_flash(board):
    flash, _files, journal = board
    buffer = bytearray(32 * 32)
    for seq in range(journal.first_seq, journal.next_seq - 32, 997):
        size = flash.bytes_read
        assert journal.read_into(seq, buffer) > 0
        assert buffer[:32] == make(seq)
        assert flash.bytes_read - size < 20_000


def test_a_log_of_a_full_filesystem_goes_on_at_the_cost_of_the_oldest():
    flash = Flash(64)
    files = Files(flash)
    journal, _ = start(files)
    write(journal, 3000, at_once=40)
    with files.open("/firmware", "wb") as file:
        file.write(bytes(4096 * (files.free_blocks() - 2)))
    last = write(journal, 6000, at_once=2)
    kept = numbers(journal, room=100)
    assert kept == list(range(journal.first_seq, last + 1))
    assert len(kept) > 1500
    assert numbers(start(Files(flash))[0], room=100) == kept


def test_room_made_for_an_update_is_there():
    flash = Flash(64)
    files = Files(flash)
    journal, _ = start(files)
    write(journal, 5000, at_once=40)
    assert files.free_blocks() < 30
    assert journal.make_room(30)
    with files.open("/firmware", "wb") as file:
        file.write(bytes(4096 * 29))
    assert numbers(start(Files(flash))[0])[-1] == 5000


def test_the_image_of_a_flash_carries_the_log_to_another():
    flash = Flash(64)
    journal, _ = start(Files(flash))
    write(journal, 100)
    assert numbers(start(Files(Flash(image=flash.image())))[0]) == one_to(100)


def test_a_filesystem_that_cannot_be_mounted_is_formatted_and_found_empty():
    flash = Flash(BLOCK_COUNT)
    journal, _ = start(Files(flash))
    write(journal, 100)
    flash.buffer[: 2 * 4096] = bytes(2 * 4096)
    files = Files(flash)
    assert files.formatted
    assert start(files)[1].found_empty


@given(st.lists(st.tuples(st.integers(1, 64), st.booleans()), max_size=40), st.integers(0, 1100))
def test_any_commits_and_restarts_give_the_same_log(steps, before):
    files = RamFiles()
    journal, _ = start(files, most_records=1500)
    last = write(journal, before, at_once=40)
    for size, restart in steps:
        if restart:
            journal, recovery = start(files, most_records=1500)
            assert counts(recovery) == (0, 0, 0)
        assert journal.next_seq == last + 1
        last = write(journal, size, at_once=size)
    assert last + 1 - journal.first_seq >= min(1500, last)
    assert numbers(journal, room=50) == list(range(journal.first_seq, last + 1))
    tail = [int.from_bytes(record[:4], "little") for record in journal.tail(60)]
    assert tail == list(range(max(1, last - 59), last + 1))


def damage(files, chance):
    """Do something bad to one file of the log."""
    path = chance.choice([path for path in files.contents if path.startswith("/log")])
    content = files.contents[path]
    other = files.contents[chance.choice(list(files.contents))]
    at = chance.randrange(len(content) + 1)
    length = chance.randrange(1, 200)
    noise = chance.randbytes(length)
    files.contents[path] = chance.choice(
        (
            content[:at],
            content + noise,
            content[:at] + noise + content[at + length :],
            other,
            b"",
            chance.randbytes(len(content)),
            content[at:],
        )
    )


@given(st.integers(0, _EVERYTHING), st.integers(25, 2500), st.integers(1, 3))
def test_any_damage_to_files_leaves_true_records_and_a_log_that_goes_on(seed, length, damages):
    chance = random.Random(seed)
    files = RamFiles()
    journal, _ = start(files)
    write(journal, length, at_once=chance.choice((1, 3, 40)))
    for _ in range(damages):
        damage(files, chance)
    untouched = list(files.contents.items())
    journal, recovery = start(files)
    found = numbers(journal, room=60)  # holds each record to what was written, in order
    assert all(seq <= length for seq in found)
    assert journal.next_seq > max(found, default=0)
    assert len(found) >= whole_in_place(untouched)
    last = write(journal, 40, at_once=3)
    new = list(range(last - 39, last + 1))
    assert numbers(journal, room=60) == found + new
    for _ in range(4):
        journal, recovery = start(files)
        assert numbers(journal, room=60) == found + new
    assert counts(recovery) == (0, 0, 0)


def whole_in_place(contents):
    """How many records lie in segments where their number says, with the next segment's limit."""
    firsts = sorted(int(path[5:13], 16) for path, data in contents if len(path) == 17 and data)
    count = 0
    for path, data in contents:
        if len(path) == 17 and data:
            first = int(path[5:13], 16)
            end = min([one for one in firsts if one > first], default=first + SEGMENT)
            for slot in range(min(len(data) // STORED, end - first)):
                count += data[slot * STORED : (slot + 1) * STORED] == make(first + slot)[4:]
    return count


def test_a_segment_is_records_without_their_numbers_one_after_the_other():
    files = RamFiles()
    journal, _ = start(files)
    write(journal, SEGMENT + 100, at_once=25)
    assert segments(files) == ["/log/00000001.seg", "/log/%08x.seg" % (SEGMENT + 1)]
    whole = b"".join(bytes(make(seq)[4:]) for seq in one_to(SEGMENT))
    assert files.contents[segments(files)[0]] == whole
