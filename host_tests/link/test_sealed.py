"""Only the paired program gives commands, each once, in order; everybody else is turned away."""

import struct
from binascii import hexlify

from host_tests.core.bench import Bench
from host_tests.fakes.link_service import LinkService
from host_tests.link.asking import ask, type_in
from host_tests.link.sealing import NONCE, Program, code_of
from pump.core import codes, events, programs, states
from pump.core import settings as st
from pump.link import protocol
from pump.link.link import Link
from pump.link.sealed import hmac, same

CODE = b"0123456789ABCDEF"


class CoreService(LinkService):
    """A link's service with the real core behind it."""

    def __init__(self, bench):
        super().__init__()
        self.pump = bench.pump

    def durable(self):
        return True

    def may_change(self):
        return self.pump.remote.may_change()

    def changed(self):
        self.pump.remote.changed()

    def set_setting(self, number, value):
        return self.pump.set_setting(number, value, events.SOURCE_LINK)

    def set_basal(self, segments):
        return self.pump.set_basal(segments, events.SOURCE_LINK)

    def set_program(self, number, segments):
        return programs.edit(self.pump, number, segments, events.SOURCE_LINK)

    def activate_program(self, number):
        return programs.activate(self.pump, number, events.SOURCE_LINK)

    def name_program(self, number, name):
        return programs.rename(self.pump, number, name, events.SOURCE_LINK)


class Paired:
    """A pump in use, its link, and a program that was paired with it."""

    def __init__(self, bench=None):
        self.bench = bench if bench is not None else Bench(segments=[(0, 1_000)])
        self.service = CoreService(self.bench)
        self.link = Link(self.service)
        self.program = Program(self.service.unique_id, self.bench.pump.log.boot)

    @property
    def pump(self):
        return self.bench.pump

    def show_code(self, code=CODE):
        self.pump.remote.code = code
        self.pump.remote.code_until_s = self.pump.clock.uptime_s + 10

    def pair(self):
        self.show_code()
        answer = ask(self.link, protocol.PAIR, self.program.pairing(CODE))
        self.bench.turn(0)
        return answer

    def send(self, request):
        """The answer to a sealed request: its code, and what is in it."""
        answer = ask(self.link, protocol.SEALED, request)
        self.bench.turn(0)
        return answer

    def command(self, kind, arguments=b""):
        """(code, bolus id, record) of a command given in order."""
        request = self.program.command(kind, arguments)
        code, body = self.send(request)
        assert code == codes.OK
        return self.program.opened(request, body)

    def bolus(self, dose_mu):
        return self.command(protocol.BOLUS, struct.pack("<I", dose_mu))


def paired():
    """A pump that is paired."""
    there = Paired()
    there.pair()
    return there


def test_hmac_is_that_of_rfc_4231():
    known = b"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    assert hexlify(hmac(b"\x0b" * 20, b"Hi ", b"There")) == known
    assert same(b"abc", b"abc") and not same(b"abc", b"abx") and not same(b"abc", b"ab")


def test_no_command_is_taken_before_a_pairing():
    there = Paired()
    for kind in range(protocol.CHECK, protocol.TEMPORARY_BASAL + 1):
        assert code_of(ask(there.link, kind, b"\x01\x00\x00\x00")) == codes.NOT_PAIRED
    there.program.pairing(CODE)
    assert code_of(there.send(there.program.bolus(1_000))) == codes.NOT_PAIRED
    there.bench.run_s(60)
    assert there.bench.all(events.BOLUS_START) == []
    assert there.bench.all(events.TURNED_AWAY) == [(codes.NOT_PAIRED, 1)]


def test_a_pairing_needs_the_code_that_the_screen_shows_now():
    there = Paired()
    asked = there.program.pairing(CODE)
    assert code_of(ask(there.link, protocol.PAIR, asked)) == codes.NOT_NOW
    there.show_code()
    there.bench.run_s(11)
    assert code_of(ask(there.link, protocol.PAIR, asked)) == codes.NOT_NOW
    there.show_code(b"ANOTHER9ANOTHER9")
    assert code_of(ask(there.link, protocol.PAIR, asked)) == codes.WRONG_KEY
    assert not there.pump.remote.paired()


def test_the_right_code_pairs_and_the_pump_proves_that_it_has_the_key():
    there = Paired()
    code, proof = there.pair()
    program = there.program
    assert code == codes.OK
    assert proof == hmac(program.key, b"basalt paired 1", program.unique_id, NONCE)[:16]
    assert there.pump.settings.remote_key == program.key
    assert there.pump.settings_dirty
    assert there.bench.all(events.PAIRING) == [(1, events.SOURCE_LINK)]
    assert ask(there.link, protocol.PAIR, program.pairing(CODE)) == (code, proof)
    there.bench.turn(0)
    assert len(there.bench.all(events.PAIRING)) == 1, "asked again for a lost answer"


def test_a_code_that_was_guessed_at_three_times_is_void():
    there = Paired()
    there.show_code()
    for guess in (b"A" * 16, b"B" * 16, b"C" * 16):
        asked = there.program.pairing(guess)
        assert code_of(ask(there.link, protocol.PAIR, asked)) == codes.WRONG_KEY
    asked = there.program.pairing(CODE)
    assert code_of(ask(there.link, protocol.PAIR, asked)) == codes.NOT_NOW


def test_a_sealed_bolus_is_given_and_its_record_comes_before_it():
    there = paired()
    code, bolus_id, seq = there.bolus(1_000)
    there.bench.run_s(120)
    assert (code, bolus_id) == (codes.OK, 1)
    kinds = [there.bench.log[index][6] for index in range(len(there.bench.log))]
    assert kinds.index(events.REMOTE) + 1 == kinds.index(events.BOLUS_START)
    assert seq == kinds.index(events.REMOTE) + 1
    assert there.bench.all(events.REMOTE) == [(1, protocol.BOLUS, codes.OK, 1_000)]
    assert there.bench.last(events.BOLUS_START)[3] == events.SOURCE_LINK
    assert there.bench.last(events.BOLUS_END)[1:] == (1_000, 679, events.END_DONE)


def test_the_limits_of_the_core_hold_and_the_record_says_what_was_refused():
    there = paired()
    assert there.bolus(10_001)[0] == codes.OVER_MAX_BOLUS
    assert there.bench.all(events.REMOTE) == [(1, protocol.BOLUS, codes.OVER_MAX_BOLUS, 10_001)]
    assert there.bench.last(events.REFUSED)[1] == codes.OVER_MAX_BOLUS
    assert there.bench.all(events.BOLUS_START) == []


def test_the_same_command_again_is_stale_and_given_once():
    there = paired()
    request = there.program.bolus(500)
    assert there.send(request)[0] == codes.OK
    there.bench.run_s(120)
    assert code_of(there.send(request)) == codes.STALE
    assert len(there.bench.all(events.BOLUS_START)) == 1


def test_commands_in_another_order_are_stale():
    there = paired()
    first, second = there.program.bolus(500), there.program.command(protocol.CHECK)
    assert there.send(second)[0] == codes.OK
    assert code_of(there.send(first)) == codes.STALE
    assert there.bench.all(events.BOLUS_START) == []


def test_no_command_outlives_the_start_of_the_board_it_was_given_in():
    there = paired()
    given, waiting = there.program.bolus(500), there.program.bolus(600)
    assert there.send(given)[0] == codes.OK
    there.bench.run_s(120)
    after = Paired(there.bench.restarted())
    after.program = there.program
    for request in (given, waiting):
        assert code_of(after.send(request)) == codes.STALE
    assert len(after.bench.all(events.BOLUS_START)) == 1
    after.program.boot = after.pump.log.boot
    after.program.count = 0
    assert after.bolus(400)[0] == codes.OK


def test_a_log_that_lost_its_end_ends_the_pairing():
    there = paired()
    settings = there.pump.settings
    assert settings.remote_key
    bench = Bench(settings=settings, log=[])
    assert bench.pump.log.boot == 1
    assert not bench.pump.remote.paired() and bench.pump.settings_dirty
    bench.turn(0)
    assert bench.all(events.PAIRING) == [(0, events.SOURCE_RULE)]


def test_a_pairing_whose_end_was_cut_before_it_was_saved_is_ended_by_the_next_start():
    there = paired()
    key, boot = there.pump.settings.remote_key, there.pump.settings.remote_boot
    again = Paired(there.bench.restarted())
    assert again.pump.remote.paired(), "a start alone ends nothing"
    again.pump.remote.pair(b"", events.SOURCE_BUTTONS)
    again.bench.commit()
    again.pump.settings.remote_key, again.pump.settings.remote_boot = key, boot
    bench = again.bench.restarted()
    assert not bench.pump.remote.paired() and bench.pump.settings_dirty


def test_every_changed_bit_and_every_cut_of_a_command_is_a_wrong_key():
    there = paired()
    request = there.program.bolus(500)
    for at in range(len(request)):
        bad = bytearray(request)
        bad[at] ^= 1 << at % 8
        assert code_of(there.send(bytes(bad))) == codes.WRONG_KEY
        assert code_of(there.send(request[:at])) == codes.WRONG_KEY
    there.bench.run_s(60)
    assert there.bench.all(events.BOLUS_START) == []
    assert there.send(request)[0] == codes.OK, "nothing of it used up the count"


def test_the_key_of_another_pairing_opens_nothing():
    there = paired()
    old = there.program.bolus(500)
    there.program.pairing(CODE, b"another sixteen.")
    assert code_of(there.send(there.program.bolus(500))) == codes.WRONG_KEY
    there.pump.remote.pair(b"", events.SOURCE_BUTTONS)
    assert code_of(there.send(old)) == codes.NOT_PAIRED


def test_a_million_tries_leave_twenty_records():
    there = paired()
    for _ in range(1_000):
        there.pump.remote.turn_away(codes.WRONG_KEY)
        there.bench.turn(0)
    told = there.bench.all(events.TURNED_AWAY)
    assert [values[1] for values in told] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_a_flood_of_commands_is_turned_away_but_never_a_stop():
    there = paired()
    outcomes = [there.command(protocol.RESUME)[0] for _ in range(51)]
    assert outcomes[:50] == [codes.NOT_NOW] * 50, "each writes two records"
    assert outcomes[50] == codes.TOO_MANY
    there.bench.run_s(30)
    assert there.bolus(2_000)[0] == codes.OK
    assert there.bolus(2_000)[0] == codes.TOO_MANY
    assert there.command(protocol.STOP)[0] == codes.OK
    assert there.command(protocol.SUSPEND)[0] == codes.OK
    assert there.command(protocol.STOP)[0] == codes.TOO_MANY, "there is nothing to stop"
    assert len(there.bench.all(events.REMOTE)) == 53


def test_a_program_of_48_segments_counts_as_the_50_records_that_it_writes():
    there = paired()
    segments = [struct.pack("<HH", 30 * place, 800) for place in range(48)]
    before = len(there.bench.log)
    assert there.command(protocol.SET_BASAL, b"".join(segments))[0] == codes.OK
    written = len(there.bench.log) - before
    assert written >= 50
    while there.command(protocol.SET_BASAL, segments[0])[0] == codes.OK:
        assert len(there.bench.log) - before < 100 + 5
    there.bench.run_s(60)
    assert there.command(protocol.SET_BASAL, b"".join(segments))[0] == codes.OK
    there.bench.run_s(20 * 60)
    assert there.command(protocol.RESUME)[0] == codes.TOO_MANY, "a debt is worked off first"
    there.bench.run_s(10 * 60)
    assert there.command(protocol.RESUME)[0] == codes.NOT_NOW


def test_without_a_pairing_the_link_changes_a_hundred_things_and_then_one_each_half_minute():
    there = Paired()
    values = iter(range(1_000, 5_000))

    def change():
        asked = struct.pack("<Bi", st.MAX_BOLUS_MU, next(values))
        return ask(there.link, protocol.SET_SETTING, asked)[0]

    there.bench.run_s(95)
    assert [change() for _ in range(101)] == [codes.OK] * 100 + [codes.TOO_MANY]
    there.bench.turn(0)
    assert there.bench.last(events.TURNED_AWAY) == (codes.TOO_MANY, 1)
    there.bench.run_s(24)  # the half minutes count from the start of the board
    assert change() == codes.TOO_MANY
    for _ in range(4):
        there.bench.run_s(1)
        assert [change() for _ in range(2)] == [codes.OK, codes.TOO_MANY]
        there.bench.run_s(29)
        assert change() == codes.TOO_MANY


def test_stop_ends_a_bolus_and_tells_who_did_it():
    there = paired()
    there.bolus(5_000)
    there.bench.run_s(30)
    assert there.command(protocol.STOP)[0] == codes.OK
    there.bench.run_s(1)
    _, given_mu, given_steps, reason = there.bench.last(events.BOLUS_END)
    assert 0 < given_mu < 5_000 and given_steps == given_mu * 6_791 // 10_000 + (
        given_mu * 6_791 % 10_000 > 0
    )
    assert reason == events.END_REMOTE
    assert there.command(protocol.STOP)[0] == codes.NOT_NOW


def test_a_program_resumes_what_it_suspended_and_nothing_else():
    there = paired()
    assert there.command(protocol.SUSPEND)[0] == codes.OK
    assert there.pump.state == states.SUSPENDED
    assert there.pump.suspension.remotely
    assert there.command(protocol.RESUME)[0] == codes.OK
    assert not there.pump.suspension.remotely
    there.pump.suspend(events.SOURCE_BUTTONS)
    assert there.command(protocol.RESUME)[0] == codes.BY_HAND
    assert there.pump.resume(events.SOURCE_BUTTONS) == codes.OK


def test_who_suspended_is_known_after_a_restart_and_a_checkpoint():
    for source, code in ((events.SOURCE_LINK, codes.OK), (events.SOURCE_BUTTONS, codes.BY_HAND)):
        bench = Bench(segments=[(0, 1_000)])
        bench.pump.suspend(source)
        bench.turn(0)
        for _ in range(3):  # each start writes a checkpoint, and the next reads on from it
            bench = bench.restarted()
        assert bench.pump.resume(events.SOURCE_LINK) == code


def test_once_paired_the_pump_takes_no_change_without_a_seal():
    there = Paired()
    asked = struct.pack("<Bi", st.MAX_BOLUS_MU, 5_000)
    assert ask(there.link, protocol.SET_SETTING, asked)[0] == codes.OK
    there.pair()
    for kind in protocol.CHANGES:
        assert code_of(ask(there.link, kind, asked)) == codes.NOT_PAIRED
    assert "Refused: not_paired." in type_in(there.link, "service\r")
    assert ask(there.link, protocol.STATUS)[0] == codes.OK
    sealed = struct.pack("<Bi", st.MAX_BOLUS_MU, 4_000)
    assert there.command(protocol.SET_SETTING, sealed)[0] == codes.OK
    assert there.command(protocol.SET_BASAL, struct.pack("<HH", 0, 700))[0] == codes.OK
    assert there.pump.settings.get(st.MAX_BOLUS_MU) == 4_000
    assert there.pump.basal_rate_mu_h() == 700


def test_basal_programs_are_written_named_and_activated_in_seals():
    there = paired()
    whole = b"".join([struct.pack("<HH", 30 * place, 800 + place) for place in range(48)])
    assert there.command(protocol.SET_PROGRAM, b"\x02" + whole)[0] == codes.OK
    assert there.bench.last(events.REMOTE)[1:] == (protocol.SET_PROGRAM, codes.OK, 2)
    assert there.pump.basal_rate_mu_h() == 1_000
    assert there.command(protocol.NAME_PROGRAM, b"\x02\x03")[0] == codes.OK
    there.bench.run_s(30 * 60)
    assert there.command(protocol.ACTIVATE_PROGRAM, b"\x03")[0] == codes.BAD_PROGRAM
    assert there.command(protocol.ACTIVATE_PROGRAM, b"\x02")[0] == codes.OK
    assert there.bench.last(events.REMOTE)[1:] == (protocol.ACTIVATE_PROGRAM, codes.OK, 2)
    assert there.pump.settings.active == 2 and there.pump.basal_rate_mu_h() == 801
    assert programs.name_of(there.pump.settings, 2) == 3


def test_what_this_version_cannot_do_is_unknown_to_it():
    there = paired()
    assert there.command(protocol.PAIR)[0] == codes.UNKNOWN
    assert there.command(protocol.BOLUS, b"\x01")[0] == codes.OUT_OF_RANGE
    assert there.command(protocol.STOP, b"\x01")[0] == codes.OUT_OF_RANGE


def test_a_temporary_basal_is_begun_as_a_rate_or_a_percentage_and_ended():
    there = paired()
    assert there.pump.set_basal([(0, 1_000)], events.SOURCE_BUTTONS) == codes.OK
    for kind, value, rate_mu_h in (
        (protocol.TEMPORARY_BASAL, 500, 500),
        (protocol.TEMPORARY_PERCENT, 130, 1_300),
    ):
        assert there.command(kind, struct.pack("<HH", value, 30))[0] == codes.OK
        assert there.pump.basal_rate_mu_h() == rate_mu_h
        assert there.pump.temporary_left_ms() == 1_800_000
        assert there.command(kind, struct.pack("<HH", value, 31))[0] == codes.OUT_OF_RANGE
        assert there.command(kind, b"\x01")[0] == codes.OUT_OF_RANGE
    assert there.command(protocol.TEMPORARY_BASAL, struct.pack("<HH", 5_010, 30))[0] == (
        codes.OVER_MAX_BASAL
    )
    assert there.command(protocol.END_TEMPORARY)[0] == codes.OK
    assert there.pump.basal_rate_mu_h() == 1_000
    assert there.command(protocol.END_TEMPORARY)[0] == codes.NOT_NOW


def test_an_extended_bolus_is_begun_with_or_without_a_part_at_once_and_stopped():
    there = paired()
    code, number, _ = there.command(protocol.EXTENDED_BOLUS, struct.pack("<HHH", 0, 1_500, 60))
    assert code == codes.OK
    assert there.bench.last(events.EXTENDED_START) == (number, 1_500, 1_018, 4, 0, 1)
    assert there.bench.last(events.REMOTE)[1:] == (protocol.EXTENDED_BOLUS, codes.OK, 1_500)
    again = there.command(protocol.EXTENDED_BOLUS, struct.pack("<HHH", 500, 500, 60))
    assert again[0] == codes.BUSY
    assert there.bench.last(events.REMOTE)[2:] == (codes.BUSY, 1_000)
    assert there.command(protocol.STOP)[0] == codes.OK
    assert there.bench.last(events.EXTENDED_END)[4] == events.END_REMOTE
    code, number, _ = there.command(protocol.EXTENDED_BOLUS, struct.pack("<HHH", 500, 500, 60))
    assert code == codes.OK and number == there.bench.last(events.BOLUS_START)[0]
    assert there.command(protocol.EXTENDED_BOLUS, b"\x01")[0] == codes.OUT_OF_RANGE


def test_the_key_is_stored_with_the_settings_and_skipped_by_who_knows_of_none():
    there = paired()
    blob = there.pump.settings.encode()
    other = st.Settings()
    assert other.decode(blob)
    assert other.remote_key == there.program.key
    assert other.remote_boot == there.pump.log.boot
    there.pump.remote.pair(b"", events.SOURCE_BUTTONS)
    assert len(blob) - len(there.pump.settings.encode()) == 9 * 6
