"""The log is a ring: an alarm, once in each turn of it, comes before a record is dropped."""

from host_tests.rig import Rig
from pump.core import alarms as al
from pump.core import events, record
from pump.core.logbook import LOG_RECORDS, LOG_TURN

_AT_ONCE = 40


def write(rig, records):
    """Let so many things happen that are worth a record, and what the pump writes of itself."""
    until = rig.pump.log.next_seq + records
    while rig.pump.log.next_seq < until:
        for _ in range(_AT_ONCE):
            rig.pump.log.write(events.LINK_OPENED)
        rig.turn()


def is_told(rig):
    return rig.pump.alarms.waiting >> al.LOG_FULL - 1 & 1 == 1


def see(rig):
    assert rig.pump.alarms.acknowledge(al.LOG_FULL, events.SOURCE_BUTTONS)
    assert not rig.pump.alarms.raised >> al.LOG_FULL - 1 & 1


def pull(rig, seq):
    """Read the log from `seq` on as a host does; the number of what it asks for next."""
    buffer = bytearray(32 * record.RECORD_SIZE)
    while True:
        count = rig.app.journal.read_into(seq, buffer)
        if not count:
            return seq
        for at in range(0, count * record.RECORD_SIZE, record.RECORD_SIZE):
            assert record.seq_of(buffer[at:]) == seq, "a record was dropped that nobody has"
            seq += 1


def test_who_pulls_the_log_at_each_alarm_misses_no_record():
    rig = Rig(program=[(0, 1_000)])
    assert not is_told(rig)
    pulled = 1
    for turn in range(1, 4):
        write(rig, turn * LOG_TURN - 200 - rig.pump.log.next_seq)
        assert not is_told(rig)
        write(rig, 400)
        assert is_told(rig)
        # However long it takes that somebody comes with a cable, as long as it is not too long.
        write(rig, LOG_RECORDS - LOG_TURN - 400)
        pulled = pull(rig, pulled)
        see(rig)
        rig.restart()
        assert not is_told(rig)
    # There was something to miss: the ring dropped what the first of them has.
    assert rig.app.journal.first_seq > LOG_RECORDS
    told = [values[0] for values in rig.all(events.ALARM_RAISED)].count(al.LOG_FULL)
    assert told == rig.pump.log.next_seq // LOG_TURN - rig.app.journal.first_seq // LOG_TURN == 2
    assert rig.pump.basal_rate_mu_h() == 1_000


def test_delivery_goes_on_while_the_log_is_nearly_full():
    rig = Rig(program=[(0, 5_000)])
    write(rig, LOG_TURN + 100)
    assert is_told(rig)
    before = rig.steps
    rig.run_s(600)
    assert rig.steps > before + 500
