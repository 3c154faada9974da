"""The link answers requests and typed words, one at a time, and holds nothing back for long."""

import struct

import micropython

from host_tests.fakes.link_service import LinkService
from host_tests.link.asking import answers, ask, drain, send, type_in
from pump.core import codes, event_table, events, record
from pump.link import frame, protocol, request_table
from pump.link.link import ROOM, Link


def log_request(seq, count, number=0):
    body = struct.pack("<IH", seq, count)
    return frame.pack(protocol.request(number, protocol.LOG, body))


def records_of(body):
    """The records' numbers in the body of a log answer."""
    return [
        record.seq_of(body[at : at + record.RECORD_SIZE])
        for at in range(8, len(body), record.RECORD_SIZE)
    ]


def test_identify_names_the_pump():
    code, body = ask(Link(LinkService()), protocol.IDENTIFY)
    assert code == codes.OK
    assert struct.unpack_from("<HBBB", body, 0) == (1, 0, 1, 0)
    assert body[5:] == b"\x06Basalt\x04pico\x08\xe6\x61\x41\x04\x03\x2c\x1b\x2a"


def test_status_carries_every_value_in_the_order_of_the_table():
    service = LinkService()
    code, body = ask(Link(service), protocol.STATUS)
    assert code == codes.OK
    assert struct.unpack(protocol.STATUS_LAYOUT, body) == service.status()
    assert len(protocol.STATUS_NAMES) == len(service.status())


def test_settings_are_listed_with_their_bounds_and_set_by_number():
    service = LinkService()
    link = Link(service)
    code, body = ask(link, protocol.SETTINGS)
    assert code == codes.OK
    assert struct.unpack_from(protocol.SETTING_LAYOUT, body, 0) == (1, 50, 10, 1_000)
    assert len(body) == 3 * struct.calcsize(protocol.SETTING_LAYOUT)
    assert ask(link, protocol.SET_SETTING, struct.pack("<Bi", 8, -60)) == (codes.OK, b"")
    assert service.values[8][0] == -60


def test_a_refused_setting_comes_back_as_a_code_and_changes_nothing():
    service = LinkService()
    link = Link(service)
    assert ask(link, protocol.SET_SETTING, struct.pack("<Bi", 1, 5)) == (codes.OUT_OF_RANGE, b"")
    assert ask(link, protocol.SET_SETTING, struct.pack("<Bi", 99, 5)) == (codes.UNKNOWN, b"")
    assert service.values[1][0] == 50


def test_the_basal_program_is_read_and_replaced_whole():
    service = LinkService()
    link = Link(service)
    assert ask(link, protocol.BASAL) == (codes.OK, struct.pack("<4H", 0, 800, 390, 1_200))
    body = struct.pack("<6H", 0, 500, 60, 600, 1_439, 35_000)
    assert ask(link, protocol.SET_BASAL, body) == (codes.OK, b"")
    assert service.segments == [(0, 500), (60, 600), (1_439, 35_000)]
    assert ask(link, protocol.SET_BASAL, body[:-1])[0] == codes.BAD_PROGRAM
    assert ask(link, protocol.SET_BASAL)[0] == codes.BAD_PROGRAM


def test_a_basal_program_of_48_segments_fits_in_a_request():
    service = LinkService()
    program = b"".join([struct.pack("<HH", 30 * index, 0xC0DB) for index in range(48)])
    assert ask(Link(service), protocol.SET_BASAL, program)[0] == codes.OK
    assert len(service.segments) == 48


def test_each_of_four_basal_programs_is_read_and_replaced_whole():
    service = LinkService()
    link = Link(service)
    in_force = struct.pack("<BB4H", 1, 0, 0, 800, 390, 1_200)
    assert ask(link, protocol.PROGRAM, b"\x01") == (codes.OK, in_force)
    assert ask(link, protocol.PROGRAM, b"\x03") == (codes.OK, b"\x01\x00")
    body = struct.pack("<B4H", 3, 0, 500, 60, 600)
    assert ask(link, protocol.SET_PROGRAM, body) == (codes.OK, b"")
    assert ask(link, protocol.NAME_PROGRAM, b"\x03\x05") == (codes.OK, b"")
    other = struct.pack("<BB4H", 1, 5, 0, 500, 60, 600)
    assert ask(link, protocol.PROGRAM, b"\x03") == (codes.OK, other)
    assert service.segments == [(0, 800), (390, 1_200)]
    assert ask(link, protocol.SET_PROGRAM, b"\x03") == (codes.OK, b"")
    assert ask(link, protocol.PROGRAM, b"\x03") == (codes.OK, b"\x01\x05")


def test_a_basal_program_is_activated_and_the_status_tells_which_is_in_force():
    service = LinkService()
    link = Link(service)
    assert ask(link, protocol.ACTIVATE_PROGRAM, b"\x02") == (codes.BAD_PROGRAM, b"")
    service.others[2] = [(0, 300)]
    assert ask(link, protocol.STATUS)[1][-1] == 1
    assert ask(link, protocol.ACTIVATE_PROGRAM, b"\x02") == (codes.OK, b"")
    assert service.segments == [(0, 300)]
    assert ask(link, protocol.STATUS)[1][-1] == 2


def test_a_request_about_a_basal_program_that_there_is_not_is_refused():
    link = Link(LinkService())
    for body in (b"", b"\x00", b"\x05", b"\x01\x01"):
        assert ask(link, protocol.PROGRAM, body) == (codes.OUT_OF_RANGE, b"")
    for body in (b"", b"\x01\x00", b"\x01\x00\x00\x01"):
        assert ask(link, protocol.SET_PROGRAM, body) == (codes.BAD_PROGRAM, b"")
    for body in (b"", b"\x01\x01"):
        assert ask(link, protocol.ACTIVATE_PROGRAM, body) == (codes.OUT_OF_RANGE, b"")
    for body in (b"", b"\x01", b"\x01\x01\x01", b"\x01\x09"):
        assert ask(link, protocol.NAME_PROGRAM, body) == (codes.OUT_OF_RANGE, b"")


def test_the_clock_is_read_and_set():
    service = LinkService()
    link = Link(service)
    code, body = ask(link, protocol.TIME)
    assert code == codes.OK
    assert struct.unpack(protocol.TIME_LAYOUT, body) == (190_000_000, 60, 1, 5, 250)
    assert ask(link, protocol.SET_TIME, struct.pack("<Ih", 200_000_000, -90))[0] == codes.OK
    assert service.local_s == 200_000_000 and service.utc_offset_min == -90


def test_a_body_of_the_wrong_length_is_refused_by_every_request_that_needs_one():
    link = Link(LinkService())
    for kind in (protocol.SET_SETTING, protocol.SET_TIME, protocol.LOG):
        for body in (b"", b"\x01", b"\x01" * 20):
            assert ask(link, kind, body) == (codes.OUT_OF_RANGE, b"")


def test_log_answers_at_most_the_records_of_its_window():
    service = LinkService()
    service.fill(100)
    link = Link(service)
    code, body = ask(link, protocol.LOG, struct.pack("<IH", 11, 31))
    assert code == codes.OK
    assert struct.unpack_from("<II", body, 0) == (1, 101)
    assert records_of(body) == list(range(11, 42))
    assert body[8:40] == service.records[10]
    assert records_of(ask(link, protocol.LOG, struct.pack("<IH", 1, 2))[1]) == [1, 2]
    assert records_of(ask(link, protocol.LOG, struct.pack("<IH", 1, 60_000))[1]) == list(
        range(1, 32)
    )


def test_windows_side_by_side_bring_each_record_once_though_some_are_missing():
    service = LinkService()
    service.fill(100)
    service.lose(20, 55)
    link = Link(service)
    got = []
    for seq in range(1, 101, 10):
        got += records_of(ask(link, protocol.LOG, struct.pack("<IH", seq, 10))[1])
    assert got == list(range(1, 20)) + list(range(56, 101))


def test_a_window_is_whole_where_a_file_of_the_journal_ends():
    service = LinkService()
    service.fill(100)
    service.file_starts = (20, 33)
    window = struct.pack("<IH", 11, 31)
    assert records_of(ask(Link(service), protocol.LOG, window)[1]) == list(range(11, 42))


def test_a_log_that_cannot_be_read_is_a_refusal():
    service = LinkService()
    service.fill(3)
    service.log_broken = True
    link = Link(service)
    assert ask(link, protocol.LOG, struct.pack("<IH", 1, 3)) == (codes.FAULT, b"")
    assert "cannot be read" in type_in(link, "log\r")


def test_acknowledge_and_service_pass_on_what_the_core_says():
    service = LinkService()
    link = Link(service)
    assert ask(link, protocol.ACKNOWLEDGE)[0] == codes.NOT_NOW
    service.waiting_alarms = 2
    assert ask(link, protocol.ACKNOWLEDGE)[0] == codes.OK
    service.delivering = True
    assert ask(link, protocol.SERVICE)[0] == codes.DELIVERING
    service.delivering = False
    assert ask(link, protocol.SERVICE)[0] == codes.OK
    assert service.in_service


def test_the_screen_comes_in_two_slices():
    service = LinkService()
    link = Link(service)
    assert ask(link, protocol.SCREEN, struct.pack("<H", 0))[0] == codes.UNKNOWN
    service.picture = bytearray([index & 0xFF for index in range(1_024)])
    first = ask(link, protocol.SCREEN, struct.pack("<H", 0))[1]
    second = ask(link, protocol.SCREEN, struct.pack("<H", 512))[1]
    assert first + second == bytes(service.picture)
    assert ask(link, protocol.SCREEN, struct.pack("<H", 60_000)) == (codes.OK, b"")


def test_an_unknown_kind_is_refused_and_the_next_request_answered():
    link = Link(LinkService())
    assert ask(link, 77) == (codes.UNKNOWN, b"")
    assert ask(link, protocol.STATUS)[0] == codes.OK


def test_another_version_is_told_ours_and_may_only_identify():
    link = Link(LinkService())
    for kind, code in ((protocol.STATUS, codes.UNKNOWN), (protocol.IDENTIFY, codes.OK)):
        (found,) = answers(send(link, frame.pack(bytes((2, 9, kind)))))
        assert found[:4] == bytes((protocol.VERSION, 9, kind | protocol.ANSWER, code))


def test_every_request_of_the_table_is_answered():
    link = Link(LinkService())
    for row in request_table.REQUESTS:
        ask(link, row[0])


def test_requests_sent_together_are_answered_in_their_order():
    service = LinkService()
    service.fill(100)
    link = Link(service)
    stream = b"".join([log_request(1 + 31 * number, 31, number) for number in range(4)])
    found = answers(send(link, stream))
    assert [payload[1] for payload in found] == [0, 1, 2, 3]
    got = []
    for payload in found:
        got += records_of(payload[protocol.ANSWER_HEAD :])
    assert got == list(range(1, 101))


def test_a_request_waits_while_the_output_is_full_and_asks_for_no_more_bytes():
    service = LinkService()
    service.fill(100)
    link = Link(service)
    link.feed(log_request(1, 31) + log_request(32, 31))
    held = len(link.pending(4_000))
    for _ in range(20):
        link.feed(b"")
        assert len(link.pending(4_000)) == held
        assert link.room() == 0
    found = answers(drain(link))
    assert len(found) == 2
    assert link.room() == ROOM


def test_bytes_the_link_did_not_ask_for_are_dropped_and_counted():
    link = Link(LinkService())
    request = frame.pack(protocol.request(1, protocol.STATUS))
    link.feed(request + request)
    link.feed(request)
    assert link.dropped_bytes == len(request)
    assert len(answers(drain(link))) == 2


def test_a_port_that_takes_one_byte_at_a_time_gets_the_same_bytes():
    service = LinkService()
    service.fill(40)
    whole = send(Link(service), log_request(1, 31))
    link = Link(service)
    link.feed(log_request(1, 31))
    slow = b""
    while not link.idle():
        slow += bytes(link.pending(1))
        link.sent(1)
        link.feed(b"")
    assert slow == whole


def test_a_port_that_takes_nothing_keeps_the_answer():
    link = Link(LinkService())
    link.feed(frame.pack(protocol.request(1, protocol.STATUS)))
    before = bytes(link.pending(256))
    link.sent(0)
    assert bytes(link.pending(256)) == before


def test_help_typed_at_a_terminal_is_answered_in_words():
    shown = type_in(Link(LinkService()), "help\r")
    assert shown.startswith("help\r\n")
    assert "not a medical device" in shown
    assert "  status " in shown


def test_status_typed_says_state_units_and_alarms():
    service = LinkService()
    service.waiting_alarms = 1 << 1 | 1 << 3
    shown = type_in(Link(service), "status\r\n")
    assert "state      running\r\n" in shown
    assert "basal      0.800 U/h\r\n" in shown
    assert "reservoir  180.500 U\r\n" in shown
    assert "alarm      occlusion (not acknowledged)\r\n" in shown
    assert "alarm      reservoir_low" in shown


def test_time_version_and_settings_typed_are_readable():
    link = Link(LinkService())
    assert "2026-01-08 01:46:40, UTC+01:00\r\n" in type_in(link, "time\r")
    assert "Basalt on pico, version 0.1.0\r\nnumber e6614104032c1b2a" in type_in(link, "version\r")
    shown = type_in(link, "settings\r")
    assert " 1 bolus_step_mu = 50  (10 to 1000)\r\n" in shown
    assert "basal from 06:30  1.200 U/h\r\n" in shown


def test_log_typed_shows_the_newest_records_with_their_fields():
    service = LinkService()
    assert "empty" in type_in(Link(service), "log\r")
    service.fill(30)
    service.write(events.SUSPEND, events.SOURCE_BUTTONS, 0)
    shown = type_in(Link(service), "log\r")
    assert "31  2026-01-08 02:16:40   suspend source=buttons alarm=none\r\n" in shown
    assert "\n22  " in shown and "\n21  " not in shown


def test_service_typed_is_granted_or_refused_in_words():
    service = LinkService()
    service.delivering = True
    link = Link(service)
    assert "Refused: delivering." in type_in(link, "service\r")
    assert not service.in_service
    service.delivering = False
    assert "mpremote" in type_in(link, "service\r")
    assert service.in_service


def test_an_unknown_word_points_to_help():
    assert "Type help" in type_in(Link(LinkService()), "bolus 5\r")


def test_control_c_is_ignored_within_a_line_and_alone():
    link = Link(LinkService())
    assert send(link, b"\x03\x03") == b""
    assert "not a medical device" in type_in(link, "he\x03lp\r")


def test_backspace_takes_back_a_letter():
    assert "not a medical device" in type_in(Link(LinkService()), "helr\x7fp\r")


def test_an_endless_line_is_cut_and_answered():
    shown = type_in(Link(LinkService()), "x" * 3_000 + "\r")
    assert "I do not know '" + "x" * 48 + "'." in shown


def test_words_between_frames_do_not_disturb_either():
    link = Link(LinkService())
    request = frame.pack(protocol.request(1, protocol.STATUS))
    out = send(link, b"version\r" + request + b"version\r" + request)
    assert len(answers(out)) == 2
    assert out.count(b"Basalt on pico") == 2


def test_a_frame_whose_rest_never_comes_is_given_up_after_two_seconds():
    link = Link(LinkService())
    send(link, frame.pack(protocol.request(1, protocol.STATUS))[:4])
    link.advance(1_999)
    assert type_in(link, "help\r") == ""
    link.advance(1_999)
    assert type_in(link, "help\r") == ""
    link.advance(2_000)
    assert "not a medical device" in type_in(link, "help\r")


def test_the_first_request_since_the_start_is_told_once():
    service = LinkService()
    link = Link(service)
    send(link, b"\xff\xc0\x01garbage\xc0")
    assert service.times_opened == 0
    ask(link, protocol.STATUS)
    ask(link, protocol.STATUS)
    type_in(link, "help\r")
    assert service.times_opened == 1


def test_a_turn_with_nothing_to_do_allocates_nothing():
    link = Link(LinkService())
    ask(link, protocol.STATUS)
    micropython.heap_lock()
    try:
        link.advance(10)
        link.feed(b"")
        found = link.pending(256)
    finally:
        micropython.heap_unlock()
    assert not found


def test_an_answer_to_a_change_waits_until_it_is_durable():
    service = LinkService()
    service.is_durable = False
    link = Link(service)
    link.feed(frame.pack(protocol.request(3, protocol.SET_SETTING, struct.pack("<Bi", 3, 5_000))))
    assert service.values[3][0] == 5_000
    for _ in range(3):
        link.advance(500)
        assert not link.pending(256) and not link.idle()
    service.is_durable = True
    assert answers(drain(link)) == [bytes((protocol.VERSION, 3, 4 | protocol.ANSWER, codes.OK))]


def test_a_change_that_never_becomes_durable_is_answered_with_a_fault():
    service = LinkService()
    service.is_durable = False
    link = Link(service)
    link.feed(frame.pack(protocol.request(3, protocol.SET_SETTING, struct.pack("<Bi", 3, 5_000))))
    link.advance(2_000)
    assert answers(drain(link)) == [bytes((protocol.VERSION, 3, 4 | protocol.ANSWER, codes.FAULT))]
    service.is_durable = False
    assert ask(link, protocol.STATUS)[0] == codes.OK


def test_a_change_that_is_not_allowed_is_refused_without_a_look_at_it():
    service = LinkService()
    service.change_code = codes.TOO_MANY
    link = Link(service)
    for kind in protocol.CHANGES:
        assert ask(link, kind, b"\x03\x00\x00\x00\x00") == (codes.TOO_MANY, b"")
    assert service.values[3][0] == 10_000 and not service.in_service


def test_every_kind_has_one_row_in_the_table_and_one_word_in_the_log():
    numbers = [row[0] for row in request_table.REQUESTS]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [row[1] for row in request_table.REQUESTS] == list(event_table.REQUESTS[1:])
