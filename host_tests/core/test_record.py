"""A record is 32 bytes that say themselves whether they are whole."""

from pump.core import event_table, events, record


def make(seq=7, event=events.BOLUS_END, values=(3, 1250, 848, 0), trusted=True):
    layout = event_table.layout(event_table.row_of(event)[3])
    return record.pack(seq, 2, event, 90_000, 999, trusted, 200_000_000, layout, values), layout


def test_what_is_packed_comes_back():
    packed, layout = make()
    assert len(packed) == 32
    assert record.header(packed) == (7, 2, events.BOLUS_END, 90_000, 999, True, 200_000_000)
    assert record.fields(packed, layout) == (3, 1250, 848, 0)
    assert record.seq_of(packed) == 7


def test_a_record_knows_whether_its_clock_was_trusted():
    packed, _ = make(trusted=False)
    assert record.header(packed)[5] is False


def test_a_changed_bit_anywhere_is_noticed():
    packed, _ = make()
    assert record.is_whole(packed)
    for byte in range(32):
        packed[byte] ^= 0x10
        assert not record.is_whole(packed)
        packed[byte] ^= 0x10


def test_blank_flash_and_short_pieces_are_no_records():
    assert not record.is_whole(b"\x00" * 32)
    assert not record.is_whole(b"\xff" * 32)
    assert not record.is_whole(make()[0][:31])


def test_every_event_fits_its_eleven_bytes():
    for row in event_table.EVENTS:
        values = [0 for _ in row[3]]
        packed = record.pack(1, 1, row[0], 0, 0, False, 0, event_table.layout(row[3]), values)
        assert record.is_whole(packed)


def test_a_log_may_have_four_thousand_million_records():
    packed, _ = make(seq=0xFFFF_FFFE)
    assert record.seq_of(packed) == record.header(packed)[0] == 0xFFFF_FFFE
