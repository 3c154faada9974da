"""Records that say by themselves what they must be, and a reader that holds a log to it."""

from pump.core import event_table, events, record
from pump.storage.journal import Journal

_LAYOUT = event_table.layout(event_table.row_of(events.CHECKPOINT_WINDOW)[3])
SEGMENT = 1168  # records in a full segment
STORED = 28  # bytes of each there


def make(seq):
    """The record with that number; every byte of it follows from the number."""
    return record.pack(
        seq, seq // 100, events.CHECKPOINT_WINDOW, seq, seq % 1000, False, seq, _LAYOUT, (seq, seq)
    )


def start(files, most_records=36_000):
    """(journal, what its recovery found)."""
    journal = Journal(files, most_records=most_records)
    return journal, journal.recover()


def start_and_look_back(files):
    """(journal, what its recovery found, with what the looks at older segments found later)."""
    journal, recovery = start(files)
    while journal.look_back():
        pass
    recovery.damaged_records += journal.take_skipped()
    return journal, recovery


def write(journal, count, at_once=1):
    """Append `count` records, `at_once` in a commit; returns the last number that is durable."""
    left = count
    while left > 0:
        for _ in range(min(at_once, left)):
            journal.append(make(journal.next_seq))
        left -= at_once
        journal.commit()
    return journal.next_seq - 1


def numbers(journal, seq=0, room=7):
    """The numbers of all durable records from `seq` on. Each must be as it was made, in order."""
    buffer = bytearray(room * 32)
    found = []
    count = journal.read_into(seq, buffer)
    while count:
        for at in range(0, count * 32, 32):
            number = record.seq_of(buffer[at : at + 32])
            assert number >= seq, "record %d after %d" % (number, seq - 1)
            assert buffer[at : at + 32] == make(number), "record %d was changed" % number
            found.append(number)
            seq = number + 1
        count = journal.read_into(seq, buffer)
    return found


def counts(recovery):
    """(torn bytes, damaged records, missing records)."""
    return recovery.torn_bytes, recovery.damaged_records, recovery.missing_records


def segments(files, folder="/log"):
    """The paths of the segments, oldest first."""
    names = [name for name in files.listdir(folder) if len(name) == 12]
    return [folder + "/" + name for name in sorted(names)]


def one_to(last):
    """The numbers of a log from which nothing is missing."""
    return list(range(1, last + 1))


def past_segments(full, more=0):
    """How many records fill that many segments, and `more`."""
    return full * SEGMENT + more
