"""The journal keeps what was committed, in order, and says what it could not keep."""

from host_tests.expect import raises
from host_tests.fakes.ram_files import RamFiles
from host_tests.storage.logs import (
    SEGMENT,
    STORED,
    counts,
    make,
    numbers,
    one_to,
    past_segments,
    segments,
    start,
    start_and_look_back,
    write,
)
from pump.core import events, record
from pump.core.layouts import LAYOUTS

NOISE = bytes([(index * 73 + 41) % 256 for index in range(251)])


def filled(count, most_records=36_000):
    """A filesystem with a log of `count` records; the last 40 committed one by one."""
    files = RamFiles()
    journal, _ = start(files, most_records)
    write(journal, count - 40, at_once=40)
    write(journal, 40)
    return files


def put_noise(files, path, at, length):
    """Overwrite a stretch of a file."""
    content = files.contents[path]
    noise = (NOISE * (length // len(NOISE) + 1))[:length]
    files.contents[path] = content[:at] + noise + content[at + length :]


def head_numbers(files):
    """The numbers of the records that are in the heads."""
    found = []
    for head in "0123":
        content = files.contents.get("/log/head/" + head, b"")
        for at in range(0, len(content), 32):
            found.append(record.seq_of(content[at : at + 32]))
    return found


def test_a_new_filesystem_is_found_empty_and_the_first_record_is_number_one():
    journal, recovery = start(RamFiles())
    assert recovery.found_empty
    assert counts(recovery) == (0, 0, 0)
    assert (journal.first_seq, journal.next_seq) == (1, 1)
    assert numbers(journal) == []
    assert list(journal.tail(10)) == []


def test_a_log_of_one_record_is_not_empty_after_a_restart():
    files = RamFiles()
    journal, _ = start(files)
    write(journal, 1)
    journal, recovery = start(files)
    assert not recovery.found_empty
    assert (journal.first_seq, journal.next_seq) == (1, 2)
    assert numbers(journal) == [1]


def test_what_is_staged_is_not_read_until_it_is_durable():
    files = RamFiles()
    journal, _ = start(files)
    write(journal, 3)
    journal.append(make(4))
    assert journal.staged == 1
    assert numbers(journal) == [1, 2, 3]
    assert journal.next_seq == 5
    assert numbers(start(files)[0]) == [1, 2, 3]
    journal.commit()
    assert journal.staged == 0
    assert numbers(journal) == [1, 2, 3, 4]
    assert numbers(start(files)[0]) == [1, 2, 3, 4]


def test_every_length_of_log_comes_back_whole_after_a_restart():
    files = RamFiles()
    journal, _ = start(files)
    for last in range(1, 80):
        write(journal, 1)
        again, recovery = start(files)
        assert counts(recovery) == (0, 0, 0)
        assert numbers(again) == numbers(journal) == one_to(last)


def test_commits_of_any_size_keep_the_order():
    files = RamFiles()
    journal, _ = start(files)
    last = 0
    for size in (1, 5, 6, 7, 24, 2, 25, 64, 1, 3, 40, 23, 2, 60):
        last = write(journal, size, at_once=size)
        assert numbers(start(files)[0]) == one_to(last)


def test_more_than_fits_in_ram_is_committed_on_the_way():
    files = RamFiles()
    journal, _ = start(files)
    for seq in range(1, 201):
        journal.append(make(seq))
    journal.commit()
    assert numbers(start(files)[0]) == one_to(200)


def test_a_number_that_was_used_is_refused():
    journal, _ = start(RamFiles())
    write(journal, 2)
    with raises(ValueError):
        journal.append(make(2))
    assert journal.staged == 0


def test_a_restarted_log_goes_on_where_it_was():
    files = RamFiles()
    for restart in range(30):
        journal, recovery = start(files)
        assert counts(recovery) == (0, 0, 0)
        assert journal.next_seq == restart * 7 + 1
        write(journal, 7, at_once=3)
    assert numbers(start(files)[0]) == one_to(210)


def test_reading_starts_at_any_number():
    last = past_segments(2, 100)
    journal, _ = start(filled(last))
    for seq in (
        1,
        2,
        SEGMENT - 1,
        SEGMENT,
        SEGMENT + 1,
        SEGMENT + 2,
        2 * SEGMENT,
        last - 24,
        last,
    ):
        assert numbers(journal, seq, room=200) == list(range(seq, last + 1))
    assert numbers(journal, last + 1) == []


def test_a_buffer_for_one_record_reads_the_whole_log():
    journal, _ = start(filled(100))
    assert numbers(journal, room=1) == one_to(100)


def test_tail_gives_the_last_records_oldest_first():
    files = filled(past_segments(1, 60))
    journal, _ = start(files)
    last = past_segments(1, 60)
    for count in (0, 1, 2, 20, 24, 25, 60, 61, 500, last, last + 5):
        seqs = [record.seq_of(one) for one in journal.tail(count)]
        assert seqs == list(range(max(1, last + 1 - count), last + 1))


def test_a_tail_of_records_can_be_kept():
    journal, _ = start(filled(50))
    kept = list(journal.tail(30))
    assert [bytes(one) for one in kept] == [bytes(make(seq)) for seq in range(21, 51)]


def test_a_full_log_drops_its_oldest_segment_and_keeps_the_number_promised():
    files = RamFiles()
    journal, _ = start(files, most_records=3000)
    for _ in range(60):
        last = write(journal, 100, at_once=20)
        kept = last + 1 - journal.first_seq
        assert kept >= min(3000, last)
        assert kept <= 3000 + SEGMENT + 24
    assert len(segments(files)) <= 4
    assert numbers(journal) == list(range(journal.first_seq, last + 1))
    again, recovery = start(files, most_records=3000)
    assert counts(recovery) == (0, 0, 0)
    assert numbers(again) == numbers(journal)


def test_a_filesystem_filled_by_others_costs_the_oldest_records_only():
    files = RamFiles(blocks=40)
    journal, _ = start(files)
    write(journal, 4000, at_once=40)
    files.contents["/firmware"] = bytes(files.free_blocks() * 4096)
    last = write(journal, 2000, at_once=3)
    kept = numbers(journal)
    assert journal.first_seq > 1
    assert kept == list(range(journal.first_seq, last + 1))
    assert len(kept) > 2000
    assert numbers(start(files)[0]) == kept


def test_the_only_segment_is_never_dropped():
    files = RamFiles(blocks=2)
    journal, _ = start(files)
    with raises(OSError) as full:
        write(journal, 1000, at_once=3)
    assert full.error.args[0] == 28
    durable = journal.next_seq - 1 - journal.staged
    assert durable >= 128
    assert numbers(start(files)[0]) == one_to(durable)


def test_room_is_made_for_new_firmware():
    files = filled(past_segments(6, 100))
    files.contents["/firmware"] = bytes((files.free_blocks() - 3) * 4096)
    journal, _ = start(files)
    assert journal.make_room(16)
    assert files.free_blocks() >= 16
    assert journal.first_seq == 1 + 2 * SEGMENT
    assert numbers(journal)[-1] == past_segments(6, 100)
    assert not journal.make_room(300)


def test_a_refused_commit_loses_nothing_and_is_tried_again():
    # Nine records change at most three files; refuse at each of them in turn.
    for before in (0, 3, 23, 24, SEGMENT - 2, SEGMENT - 1, SEGMENT, SEGMENT + 18):
        files = RamFiles()
        journal, _ = start(files)
        write(journal, before, at_once=24)
        contents = dict(files.contents)
        for refused_at in range(4):
            files.contents = dict(contents)
            journal, _ = start(files)
            for _ in range(9):
                journal.append(make(journal.next_seq))
            files.refuse_after = refused_at
            try:
                journal.commit()
                assert refused_at >= 1
            except OSError:
                durable = journal.next_seq - 1 - journal.staged
                assert durable >= before
                assert numbers(journal, before - 50) == one_to(durable)[max(0, before - 51) :]
            files.refuse_after = -1
            journal.commit()
            last = write(journal, 30, at_once=4)
            assert numbers(journal, before - 50) == one_to(last)[max(0, before - 51) :]
            again, recovery = start(files)
            assert numbers(again, before - 50) == one_to(last)[max(0, before - 51) :]
            assert counts(recovery) == (0, 0, 0)


def test_a_roll_that_got_half_way_is_finished_before_a_head_is_written_over():
    for room in (1, 5, 6, 10, 17, 23, 24, 28):
        files = RamFiles()
        journal, _ = start(files)
        # More than 24 at once go to the segment right away, all but the last.
        write(journal, 30 + (SEGMENT - room + 1) % 30, at_once=59)
        write(journal, SEGMENT - room - journal.next_seq + 2, at_once=30)
        assert len(files.contents[segments(files)[0]]) == (SEGMENT - room) * STORED
        write(journal, 23)
        for _ in range(5):
            journal.append(make(journal.next_seq))
        # The first segment is filled; the next one, or the head, is refused.
        files.refuse_after = 1
        last = journal.next_seq - 1
        with raises(OSError):
            journal.commit()
        assert numbers(start(files)[0], SEGMENT - 60)[-1] >= last - 5
        files.refuse_after = -1
        journal.commit()
        assert numbers(start(files)[0], SEGMENT - 60) == list(range(SEGMENT - 60, last + 1))


def test_a_refused_removal_of_the_oldest_segment_is_made_up_for():
    files = RamFiles()
    journal, _ = start(files, most_records=SEGMENT)
    write(journal, 2 * SEGMENT - 16, at_once=40)
    # The end of the second segment, the start of the third and the head get through, the removal
    # does not.
    files.refuse_after = 3
    write(journal, 40, at_once=40)
    assert len(segments(files)) == 3
    files.refuse_after = -1
    last = write(journal, 100, at_once=30)
    assert len(segments(files)) == 2
    assert numbers(journal) == list(range(journal.first_seq, last + 1))


class AnswersBadly(RamFiles):
    """Takes an append to a segment and says that it failed."""

    def __init__(self):
        super().__init__()
        self.bad_answers = 0

    def open(self, path, mode="r"):
        """The first appends that are asked for get to the file, and report an error."""
        file = super().open(path, mode)
        if mode[0] == "a" and self.bad_answers:
            self.bad_answers -= 1
            return BadAnswer(file)
        return file


class BadAnswer:
    """A file whose close succeeds and raises."""

    def __init__(self, file):
        self.file = file

    def write(self, data):
        """As the file does."""
        return self.file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()
        raise OSError(5)


def test_only_a_full_filesystem_costs_the_oldest_segment():
    files = AnswersBadly()
    files.contents = filled(past_segments(2, 100)).contents
    files.folders = ["", "/", "/log", "/log/head"]
    journal, _ = start(files)
    files.bad_answers = 1
    with raises(OSError) as refused:
        write(journal, 60, at_once=30)
    assert refused.error.args[0] == 5
    assert journal.first_seq == 1
    assert len(segments(files)) == 3


def test_a_commit_that_got_to_flash_although_it_failed_doubles_nothing():
    files = AnswersBadly()
    journal, _ = start(files)
    write(journal, 74, at_once=25)
    for _ in range(25):
        journal.append(make(journal.next_seq))
    files.bad_answers = 1
    with raises(OSError):
        journal.commit()
    last = write(journal, 100, at_once=7)
    assert numbers(journal) == one_to(last)
    assert numbers(start(files)[0]) == one_to(last)


def test_a_torn_tail_is_counted_and_nothing_whole_is_lost():
    for torn in (1, 27, 29, 55):
        files = filled(100)
        path = segments(files)[-1]
        files.contents[path] += bytes([0x5A]) * torn
        journal, recovery = start(files)
        assert (recovery.torn_bytes, recovery.damaged_records) == (torn % STORED, torn // STORED)
        assert numbers(journal) == one_to(100)
        last = write(journal, 60)
        assert numbers(journal) == numbers(start(files)[0])
        assert numbers(journal)[:100] == one_to(100)
        assert numbers(journal)[-1] == last


def tear_newest(files):
    files.contents[segments(files)[-1]] += b"torn"


def cut_newest(files):
    files.contents[segments(files)[-1]] = files.contents[segments(files)[-1]][: -STORED * 10]


def cut_oldest(files):
    files.contents[segments(files)[0]] = files.contents[segments(files)[0]][: -STORED * 10]


def noise_in_the_middle(files):
    put_noise(files, segments(files)[1], 0, SEGMENT * STORED)


def remove_the_middle(files):
    files.remove(segments(files)[1])


def noise_in_a_head(files):
    put_noise(files, "/log/head/1", 0, 90)


def noise_in_an_old_head(files):
    put_noise(files, "/log/head/3", 0, 90)


def remove_a_head(files):
    files.remove("/log/head/0")


def test_damage_is_reported_once():
    for damage in (
        tear_newest,
        cut_newest,
        cut_oldest,
        noise_in_the_middle,
        remove_the_middle,
        noise_in_a_head,
        noise_in_an_old_head,
        remove_a_head,
    ):
        files = filled(past_segments(2, 111))
        damage(files)
        journal, recovery = start_and_look_back(files)
        assert sum(counts(recovery)) > 0, damage
        write(journal, 1)
        for _ in range(3):
            journal, recovery = start_and_look_back(files)
            assert counts(recovery) == (0, 0, 0), damage
            write(journal, 20)


def test_a_truncated_older_segment_costs_what_was_cut_off():
    files = filled(past_segments(2, 100))
    path = segments(files)[0]
    files.contents[path] = files.contents[path][: STORED * 1000 + 5]
    journal, recovery = start(files)
    assert counts(recovery) == (5, 0, SEGMENT - 1000)
    last = past_segments(2, 100)
    assert numbers(journal) == one_to(1000) + list(range(SEGMENT + 1, last + 1))
    assert [record.seq_of(one) for one in journal.tail(last)][:1000] == one_to(1000)


def test_a_truncated_newest_segment_is_mended_from_the_heads_as_far_as_they_reach():
    files = filled(past_segments(1, 100))
    path = segments(files)[-1]
    in_heads = head_numbers(files)
    in_segment = SEGMENT + len(files.contents[path]) // STORED
    files.contents[path] = files.contents[path][: -STORED * 10]
    journal, recovery = start(files)
    left = one_to(in_segment - 10) + sorted(in_heads)
    expected = sorted(set(left))
    assert numbers(journal) == expected
    assert recovery.missing_records == past_segments(1, 100) - len(expected)
    assert journal.next_seq == past_segments(1, 100) + 1
    last = write(journal, 100, at_once=2)
    expected += list(range(past_segments(1, 101), last + 1))
    assert numbers(journal) == expected
    assert numbers(start(files)[0]) == expected


def test_a_lengthened_older_segment_hides_nothing():
    files = filled(past_segments(2, 100))
    path = segments(files)[0]
    files.contents[path] += NOISE
    journal, recovery = start(files)
    assert counts(recovery) == (len(NOISE), 0, 0)
    assert numbers(journal) == one_to(past_segments(2, 100))


def test_a_lengthened_newest_segment_never_gives_a_number_twice():
    files = filled(past_segments(1, 100))
    files.contents[segments(files)[-1]] += NOISE * 40
    journal, recovery = start(files)
    assert recovery.damaged_records == (251 * 40) // STORED
    assert numbers(journal) == one_to(past_segments(1, 100))
    assert journal.next_seq > past_segments(1, 100)
    last = write(journal, 50)
    found = numbers(journal)
    assert found[: past_segments(1, 100)] == one_to(past_segments(1, 100))
    assert found[-50:] == list(range(last - 49, last + 1))
    assert numbers(start(files)[0]) == found


def test_noise_over_an_older_segment_costs_that_segment_alone():
    files = filled(past_segments(3, 100))
    put_noise(files, segments(files)[1], 0, SEGMENT * STORED)
    journal, recovery = start_and_look_back(files)
    assert counts(recovery) == (0, SEGMENT, 0)
    last = past_segments(3, 100)
    assert numbers(journal) == one_to(SEGMENT) + list(range(2 * SEGMENT + 1, last + 1))
    assert journal.take_skipped() == SEGMENT
    assert journal.take_skipped() == 0


def test_noise_inside_a_segment_costs_the_records_it_touches():
    files = filled(past_segments(2, 100))
    put_noise(files, segments(files)[0], STORED * 10 + 3, STORED * 4)
    put_noise(files, segments(files)[1], STORED * (SEGMENT - 1), STORED)
    journal, recovery = start_and_look_back(files)
    assert counts(recovery) == (0, 1, 0)
    last = past_segments(2, 100)
    lost = (11, 12, 13, 14, 15, 2 * SEGMENT)
    assert numbers(journal) == [seq for seq in one_to(last) if seq not in lost]


def test_noise_over_the_newest_segment_leaves_the_others_and_the_heads():
    files = filled(past_segments(1, 100))
    path = segments(files)[-1]
    in_heads = sorted(head_numbers(files))
    put_noise(files, path, 0, len(files.contents[path]))
    journal, recovery = start(files)
    assert recovery.damaged_records == len(files.contents[segments(files)[-1]]) // STORED
    assert numbers(journal) == one_to(SEGMENT) + in_heads
    assert journal.next_seq == past_segments(1, 101)
    last = write(journal, 60, at_once=3)
    expected = one_to(SEGMENT) + in_heads + list(range(past_segments(1, 101), last + 1))
    assert numbers(journal) == expected
    assert numbers(start(files)[0]) == expected


def test_a_damaged_place_is_not_counted_as_missing_as_well():
    files = RamFiles()
    journal, _ = start(files)
    write(journal, 60, at_once=30)
    write(journal, 20)
    put_noise(files, segments(files)[0], 56 * STORED, 3 * STORED)
    journal, recovery = start(files)
    assert counts(recovery) == (0, 3, 0)
    assert numbers(journal) == one_to(56) + list(range(60, 81))


def test_each_look_back_reads_one_segment_and_tells_its_damage():
    # Each takes the board a quarter of a second, and the watchdog is waiting.
    files = filled(past_segments(6, 100))
    for path in segments(files)[:5]:
        put_noise(files, path, 0, SEGMENT * STORED)
    journal, recovery = start(files)
    assert counts(recovery) == (0, 0, 0)
    found = []
    while journal.look_back():
        found.append(journal.take_skipped())
    assert found == [0] + [SEGMENT] * 5
    assert not journal.look_back()
    write(journal, 1)
    assert counts(start_and_look_back(files)[1]) == (0, 0, 0)


def test_records_passed_over_are_counted_once_for_a_reader_of_small_pieces():
    files = filled(past_segments(2, 100))
    put_noise(files, segments(files)[0], STORED * 10 + 3, STORED * 4)
    journal, _ = start(files)
    assert len(numbers(journal, room=7)) == past_segments(2, 100) - 5
    assert journal.take_skipped() == 5


def test_damage_is_reported_again_when_the_power_went_before_the_report_was_durable():
    files = filled(past_segments(2, 111))
    cut_oldest(files)
    for _ in range(2):
        journal, recovery = start(files)
        assert sum(counts(recovery)) > 0
    write(journal, 1)
    assert counts(start(files)[1]) == (0, 0, 0)


def test_records_of_another_segment_are_not_given_under_a_wrong_place():
    files = filled(past_segments(3, 100))
    paths = segments(files)
    files.contents[paths[2]] = files.contents[paths[0]]
    journal, recovery = start_and_look_back(files)
    assert counts(recovery) == (0, SEGMENT, 0)
    last = past_segments(3, 100)
    assert numbers(journal) == one_to(2 * SEGMENT) + list(range(3 * SEGMENT + 1, last + 1))


def test_an_older_copy_of_the_newest_segment_is_seen_by_what_the_heads_say():
    files = RamFiles()
    journal, _ = start(files)
    write(journal, 100, at_once=25)
    older = files.contents[segments(files)[-1]]
    last = write(journal, 190)
    in_heads = sorted(head_numbers(files))
    files.contents[segments(files)[-1]] = older
    journal, recovery = start(files)
    assert numbers(journal) == one_to(99) + in_heads
    assert recovery.missing_records == last - 99 - len(in_heads) > 0
    assert journal.next_seq == last + 1


def test_an_older_copy_of_the_newest_segment_brings_no_number_back_right_after_a_roll():
    for at_once in (1, 2, 5, 30):
        files = RamFiles()
        journal, _ = start(files)
        write(journal, 100, at_once=25)
        older = dict(files.contents)
        while files.contents[segments(files)[-1]] == older[segments(files)[-1]]:
            last = write(journal, at_once, at_once=at_once)
        for damaged in (older[segments(files)[-1]], b""):
            files.contents[segments(files)[-1]] = damaged
            journal, recovery = start(files)
            assert journal.next_seq > last
            assert sum(counts(recovery)) > 0


def test_a_gap_that_a_start_has_left_and_told_of_is_not_told_again():
    files = RamFiles()
    journal, _ = start(files)
    write(journal, 30, at_once=30)
    write(journal, 5)
    for event, boot, values in (
        (events.BOOT, 1, (0, 0, 1, 0, 6791, 10)),
        (events.CLOCK_LOST, 1, (0,)),
        (events.LOG_DAMAGED, 1, (0, 3, 0)),
    ):
        seq = journal.next_seq + (10 if event == events.BOOT else 0)
        journal.append(record.pack(seq, boot, event, 0, 0, False, 0, LAYOUTS[event], values))
    journal.commit()
    assert counts(start(files)[1]) == (0, 0, 0)


def test_a_segment_put_in_the_place_of_the_newest_does_not_bring_old_numbers_back():
    files = filled(past_segments(2, 100))
    paths = segments(files)
    files.contents[paths[-1]] = files.contents[paths[0]]
    journal, recovery = start(files)
    assert recovery.damaged_records == SEGMENT
    assert journal.next_seq > past_segments(2, 100)
    found = numbers(journal)
    assert found[: 2 * SEGMENT] == one_to(2 * SEGMENT)
    assert found[2 * SEGMENT :] == sorted(head_numbers(files))


def test_a_segment_that_is_gone_is_counted():
    files = filled(past_segments(3, 100))
    files.remove(segments(files)[1])
    journal, recovery = start(files)
    assert counts(recovery) == (0, 0, SEGMENT)
    last = past_segments(3, 100)
    assert numbers(journal) == one_to(SEGMENT) + list(range(2 * SEGMENT + 1, last + 1))
    assert len(list(journal.tail(1500))) == 1500


def test_all_segments_gone_leaves_what_the_heads_hold():
    files = filled(past_segments(1, 100))
    in_heads = sorted(head_numbers(files))
    for path in segments(files):
        files.remove(path)
    journal, recovery = start(files)
    assert not recovery.found_empty
    assert recovery.missing_records == in_heads[-1] - len(in_heads)
    assert numbers(journal) == in_heads
    assert journal.next_seq == in_heads[-1] + 1
    write(journal, 100)
    assert numbers(journal)[: len(in_heads)] == in_heads


def test_a_damaged_head_costs_its_own_records_and_its_numbers_are_not_used_again():
    files = RamFiles()
    journal, _ = start(files)
    write(journal, 25, at_once=25)
    write(journal, 20)
    put_noise(files, "/log/head/1", 0, 6 * 32)
    put_noise(files, "/log/head/3", 64, 32)
    journal, recovery = start(files)
    assert counts(recovery) == (0, 7, 6)
    expected = [seq for seq in one_to(44) if seq not in (31, 32, 33, 34, 35, 36)]
    assert numbers(journal) == expected
    assert journal.next_seq > 45
    first_new = journal.next_seq
    last = write(journal, 30)
    expected += list(range(first_new, last + 1))
    assert numbers(journal) == expected
    assert numbers(start(files)[0]) == expected


def test_foreign_files_are_left_alone_and_change_nothing():
    files = filled(past_segments(1, 100))
    foreign = (
        "/log/readme.txt",
        "/log/.seg",
        "/log/zzzzzzzz.seg",
        "/log/00000000.seg",
        "/log/FFFFFFFF.seg",
        "/log/0000ABCD.seg",
        "/log/+0000abc.seg",
        "/log/3fffff00.seg",
        "/log/00000001.tmp",
        "/log/head/4",
        "/log/head/notes",
    )
    for path in foreign:
        files.contents[path] = NOISE * 3
    journal, recovery = start(files)
    assert counts(recovery) == (0, 0, 0)
    assert journal.next_seq == past_segments(1, 101)
    last = write(journal, 60)
    assert numbers(journal) == one_to(last)
    for path in foreign:
        assert files.contents[path] == NOISE * 3


def test_a_folder_with_foreign_files_alone_is_found_empty():
    files = RamFiles()
    files.mkdir("/log")
    files.contents["/log/readme.txt"] = b"nothing"
    _, recovery = start(files)
    assert recovery.found_empty


def test_the_counts_of_a_recovery_stay_within_their_fields():
    files = filled(100)
    later = 200_000
    path = "/log/%08x.seg" % later
    files.contents[path] = bytes(make(later)[4:]) + bytes(make(later + 1)[4:]) + bytes(100_000)
    journal, recovery = start(files)
    assert counts(recovery) == (65_535, SEGMENT - 2, 65_535)
    assert journal.next_seq == later + SEGMENT
    assert numbers(journal)[-2:] == [later, later + 1]
