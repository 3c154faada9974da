"""The log's newest records, in files so small that littlefs keeps them in the folder itself.

A record appended to an ordinary file costs a sector erase, because littlefs copies the block it is
in. A file of up to 512 bytes (an eighth of a block) has no block: its bytes are part of a commit
to the folder, and one block takes many commits before littlefs has to erase the other of the pair.
So the newest records live in such files, the heads, and go to a segment 24 at a time.

Six records are the most that fit one 256-byte page beside littlefs's own tags, a modification time
and a move that is under way (192 + 4 + 20 + 12 + 16 bytes): such a commit is one page. When every
record is a commit of its own, one head of 15 records costs 0.17 erases a record, four of six 0.12,
seven of six 0.12 as well; a second folder of heads would make it 0.10 and take two blocks more.
What was built is measured by host_tests/bench/flash.py.

A head is written whole, from RAM. A cut leaves its old or its new contents.
"""

from micropython import const

from pump.core.record import RECORD_SIZE, is_whole, seq_of

RECORDS_PER_HEAD = const(6)
HEADS = const(4)
RECORDS_IN_HEADS = const(RECORDS_PER_HEAD * HEADS)
_HEAD_BYTES = RECORDS_PER_HEAD * RECORD_SIZE


class Heads:
    """The head files in a folder of their own."""

    def __init__(self, files, folder):
        self._files = files
        self._folder = folder
        self._damaged = []
        self._paths = [folder + "/" + str(head) for head in range(HEADS)]

    def write(self, head, data):
        """Replace what is in one head; durable on return."""
        with self._files.open(self._paths[head], "wb") as file:
            file.write(data)
        if head in self._damaged:
            self._damaged.remove(head)

    def read(self, recovery):
        """What is whole in the heads: a list of (seq, slot, record), in the order of seq.

        Counts in `recovery` what is not.
        """
        found = []
        for name, size in self._files.entries(self._folder):
            for head in range(HEADS):
                if name == str(head):
                    self._read_one(head, size, found, recovery)
        found.sort()
        return found

    def any_damaged(self):
        """True when `read` found a head that is not whole."""
        return len(self._damaged) > 0

    def remove_damaged(self):
        """Remove the heads that were not whole, once what was whole in them is in a segment."""
        while self._damaged:
            self._files.remove(self._paths[self._damaged[-1]])
            self._damaged.pop()

    def _read_one(self, head, size, found, recovery):
        buffer = bytearray(_HEAD_BYTES)
        with self._files.open(self._paths[head], "rb") as file:
            slots = file.readinto(buffer) // RECORD_SIZE
        whole = 0
        for slot in range(slots):
            record = bytes(buffer[slot * RECORD_SIZE : (slot + 1) * RECORD_SIZE])
            if is_whole(record):
                found.append((seq_of(record), head * RECORDS_PER_HEAD + slot, record))
                whole += 1
        if size != whole * RECORD_SIZE:
            recovery.damaged_records += slots - whole
            recovery.torn_bytes += size - slots * RECORD_SIZE
            self._damaged.append(head)
