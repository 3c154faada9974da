"""Frames: what is packed is found again, whatever stands around it."""

from pump.link.frame import END, Deframer, pack, unpack

MOST = 64


def frames_in(stream, piece=1000, most=MOST):
    """The payloads and the loose bytes that a deframer finds in a stream cut into pieces."""
    deframer = Deframer(most)
    payloads = []
    loose = b""
    for start in range(0, len(stream), piece):
        data = stream[start : start + piece]
        at = 0
        while at < len(data):
            at = deframer.feed(data, at)
            if deframer.payload is not None:
                payloads.append(deframer.payload)
            if deframer.loose is not None:
                loose += deframer.loose
    return payloads, loose, deframer


def test_every_byte_value_survives_packing():
    payload = b"\x01" + bytes(range(256))
    packed = pack(payload)
    assert packed[:1] == END and packed[-1:] == END
    assert END not in packed[1:-1]
    assert unpack(packed[1:-1]) == payload


def test_escape_bytes_next_to_each_other_survive():
    for body in (b"\xdb\xdc", b"\xdb\xdd", b"\xdb\xdb\xdc\xdd", b"\xc0\xdb\xc0", b"\xdb\xdd\xdc"):
        payload = b"\x01" + body
        assert unpack(pack(payload)[1:-1]) == payload


def test_frames_are_found_however_the_stream_is_cut():
    stream = pack(b"\x01one") + pack(b"\x01two\xc0\xdb") + pack(b"\x01three")
    for piece in range(1, len(stream) + 1):
        payloads, loose, _ = frames_in(stream, piece)
        assert payloads == [b"\x01one", b"\x01two\xc0\xdb", b"\x01three"]
        assert loose == b""


def test_a_frame_after_garbage_is_found():
    for garbage in (b"\x00\xff\x13", b"\xdb", b"\x01\x02\x03", b"garbage", b"\xc0\xc0\x01"):
        payloads, _, _ = frames_in(garbage + pack(b"\x01good"))
        assert payloads == [b"\x01good"]


def test_a_frame_cut_short_at_any_byte_costs_only_itself():
    packed = pack(b"\x01cut\xc0short")
    for cut in range(len(packed) - 1):
        payloads, _, _ = frames_in(packed[:cut] + pack(b"\x01next"))
        assert payloads == [b"\x01next"]


def test_a_changed_bit_is_noticed():
    packed = pack(b"\x01exact")
    for at in range(1, len(packed) - 1):
        for bit in range(8):
            bad = bytearray(packed)
            bad[at] ^= 1 << bit
            payloads, _, _ = frames_in(bytes(bad) + pack(b"\x01next"))
            assert payloads == [b"\x01next"]


def test_a_frame_longer_than_the_buffer_is_dropped_and_the_next_one_found():
    payloads, _, deframer = frames_in(pack(b"\x01" + b"x" * 500) + pack(b"\x01next"), 7)
    assert payloads == [b"\x01next"]
    assert deframer.damaged == 1


def test_a_payload_one_byte_too_long_is_dropped():
    payloads, _, deframer = frames_in(pack(b"\x01" * (MOST + 1)) + pack(b"\x01" * MOST))
    assert payloads == [b"\x01" * MOST]
    assert deframer.damaged == 1


def test_the_longest_payload_fits_even_if_every_byte_is_escaped():
    payload = b"\x01" + b"\xc0" * (MOST - 1)
    payloads, _, deframer = frames_in(pack(payload))
    assert payloads == [payload]
    assert deframer.damaged == 0


def test_text_outside_frames_is_handed_on_as_loose():
    payloads, loose, _ = frames_in(b"help\r" + pack(b"\x01one") + b"log\r", 3)
    assert payloads == [b"\x01one"]
    assert loose == b"help\rlog\r"


def test_control_c_after_a_frame_does_not_open_one():
    _, loose, deframer = frames_in(pack(b"\x01one") + b"\x03help\r")
    assert loose == b"\x03help\r"
    assert not deframer.unfinished()


def test_an_unfinished_frame_can_be_dropped_so_that_text_is_text_again():
    deframer = Deframer(MOST)
    data = pack(b"\x01one")[:4]
    at = 0
    while at < len(data):
        at = deframer.feed(data, at)
    assert deframer.unfinished()
    deframer.drop()
    assert not deframer.unfinished()
    deframer.feed(b"help\r", 0)
    assert deframer.loose == b"help\r"


def test_boundaries_without_content_are_nothing():
    payloads, loose, deframer = frames_in(END * 40)
    assert payloads == [] and loose == b"" and deframer.damaged == 0
