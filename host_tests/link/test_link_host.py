"""Whatever comes in over the port, the link lives on, in bounded work and memory."""

import struct
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from host_tests.fakes.link_service import LinkService
from host_tests.link.asking import answers, drain, send
from host_tests.link.test_frame import frames_in
from pump.core import codes
from pump.link import frame, protocol, request_table
from pump.link.link import ROOM, Link

noise = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b"\xc0", b"\xdb", b"\xdb\xdc", b"\x01", b"\r", b"\x03", b"help", b"log\r"]
        ),
    ),
    max_size=30,
).map(b"".join)
requests = st.builds(
    lambda number, kind, body: frame.pack(protocol.request(number, kind, body)),
    st.integers(0, 255),
    st.sampled_from([row[0] for row in request_table.REQUESTS]) | st.integers(0, 127),
    st.binary(max_size=60),
)


def pump():
    service = LinkService()
    service.fill(50)
    return service, Link(service)


def answers_status(link):
    """The link answers a request that is sent now, after a host that opens the port."""
    out = send(link, frame.pack(protocol.request(200, protocol.STATUS)))
    found = [payload for payload in answers(out) if payload[1] == 200]
    return len(found) == 1 and found[0][3] == codes.OK


@given(st.lists(st.binary(max_size=100).map(lambda body: b"\x01" + body), max_size=8), st.data())
def test_any_payloads_are_found_in_any_pieces_with_text_between(payloads, data):
    stream = b""
    for payload in payloads:
        stream += data.draw(st.sampled_from([b"", b"help\r", b"\xc0", b"ok "])) + frame.pack(
            payload
        )
    piece = data.draw(st.integers(1, len(stream) + 1))
    assert frames_in(stream, piece, most=101)[0] == payloads


@given(noise, st.integers(1, 300))
def test_garbage_in_any_pieces_is_survived_and_the_next_request_answered(stream, piece):
    _, link = pump()
    for start in range(0, len(stream), piece):
        send(link, stream[start : start + piece])
    assert answers_status(link)


@given(noise)
def test_garbage_never_changes_the_pump(stream):
    service, link = pump()
    before = (dict(service.values), list(service.segments), service.local_s, service.records[:])
    send(link, stream)
    assert before == (service.values, service.segments, service.local_s, service.records)


@given(st.lists(requests, max_size=6), st.integers(0, 60), st.integers(1, 90))
def test_a_host_that_vanishes_at_any_byte_leaves_a_link_that_answers_the_next(parts, cut, limit):
    """Requests are cut off anywhere, answers are read up to anywhere, then another host comes."""
    _, link = pump()
    stream = b"".join(parts)
    link.feed(stream[: max(0, len(stream) - cut)][:ROOM])
    link.take(limit)
    drain(link)
    assert answers_status(link)


def test_every_cut_of_a_request_costs_only_that_request():
    packed = frame.pack(protocol.request(5, protocol.LOG, struct.pack("<IH", 0xC0DBC0, 31)))
    for cut in range(len(packed)):
        _, link = pump()
        send(link, packed[:cut])
        assert answers_status(link)


@given(st.integers(241, 3_000), st.integers(1, 256))
def test_an_oversized_request_is_dropped_and_the_next_answered(size, piece):
    _, link = pump()
    stream = frame.pack(b"\x01" + b"\x55" * size)
    for start in range(0, len(stream), piece):
        send(link, stream[start : start + piece])
    assert answers_status(link)


def test_one_feed_answers_one_request_however_many_came():
    service, link = pump()
    asked = []
    service.status = lambda: asked.append(1) or LinkService.status(service)
    request = frame.pack(protocol.request(1, protocol.STATUS))
    link.feed((request * 30)[:ROOM])
    assert len(asked) == 1
    link.take(4_000)
    link.feed(b"")
    assert len(asked) == 2


def test_a_flood_that_nobody_reads_does_not_grow_memory():
    _, link = pump()
    flood = frame.pack(protocol.request(1, protocol.LOG, struct.pack("<IH", 1, 31))) * 8
    for _ in range(50):
        link.feed(flood)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(5_000):
        link.feed(flood)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2_000


def test_a_flood_of_typed_noise_that_is_read_does_not_grow_memory():
    _, link = pump()
    send(link, b"noise\x00 \r\n" * 100)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    send(link, b"noise\x00 " * 2_000)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2_000
