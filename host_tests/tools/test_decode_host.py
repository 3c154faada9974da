"""Columns say what the firmware's own record functions say, for any bytes."""

from hypothesis import given
from hypothesis import strategies as st

from basalt import decode, timeline
from pump.core import event_table, events, record

RANGES = {
    "B": (0, 0xFF),
    "b": (-0x80, 0x7F),
    "H": (0, 0xFFFF),
    "h": (-0x8000, 0x7FFF),
    "I": (0, 0xFFFFFFFF),
    "i": (-0x80000000, 0x7FFFFFFF),
}


@st.composite
def packed(draw):
    """A record of any event with any values."""
    row = draw(st.sampled_from(event_table.EVENTS))
    values = [draw(st.integers(*RANGES[field[1]])) for field in row[3]]
    raw = record.pack(
        draw(st.integers(0, 0xFFFFFFFF)),
        draw(st.integers(0, 0xFFFF)),
        row[0],
        draw(st.integers(0, 0xFFFFFFFF)),
        draw(st.integers(0, 999)),
        draw(st.booleans()),
        draw(st.integers(0, 0xFFFFFFFF)),
        event_table.layout(row[3]),
        values,
    )
    return bytes(raw)


@given(st.lists(packed(), min_size=1, max_size=20))
def test_every_record_decodes_to_what_was_packed(records):
    log = timeline.log_of("x", decode.records(b"".join(records)), [])
    for index, raw in enumerate(records):
        seq, boot, event, uptime_s, ms, trusted, local_s = record.header(raw)
        assert (log.seq[index], log.boot[index], log.event[index]) == (seq, boot, event)
        assert log.uptime_ms[index] == uptime_s * 1000 + ms
        assert (log.trusted[index], log.local_s[index]) == (trusted, local_s)
    for rows in log.by_event():
        row = event_table.row_of(rows.event.number)
        for place, index in enumerate(rows.index.tolist()):
            values = record.fields(records[index], event_table.layout(row[3]))
            assert values == tuple(rows.columns[field[0]][place] for field in row[3])


@given(
    st.lists(packed() | st.binary(min_size=32, max_size=32), min_size=1, max_size=20), st.data()
)
def test_checksums_are_judged_as_the_pump_judges_them(records, data):
    if data.draw(st.booleans()):
        broken = bytearray(records[0])
        broken[data.draw(st.integers(0, 31))] ^= data.draw(st.integers(1, 255))
        records[0] = bytes(broken)
    found = decode.whole(b"".join(records)).tolist()
    assert found == [bool(record.is_whole(raw)) for raw in records]


def test_blank_flash_is_no_record():
    assert decode.whole(b"\xff" * 32 + bytes(32)).tolist() == [False, False]


def test_nothing_decodes_to_nothing():
    assert decode.whole(b"").tolist() == []
    assert len(timeline.log_of("x", decode.records(b""), [])) == 0


def test_a_code_without_a_word_stays_a_number():
    raw = record.pack(1, 1, events.SUSPEND, 0, 0, True, 0, "<BB", (1, 200))
    rows = timeline.log_of("x", decode.records(bytes(raw)), []).rows("suspend")
    assert rows.words("source") == ["link"]
    assert rows.words("alarm") == ["200"]
