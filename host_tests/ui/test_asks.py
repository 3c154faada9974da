"""What every question has in common: only OK, pressed at it, does what it asks."""

from host_tests.ui.pictures import scenes
from pump.core import alarms as al
from pump.core import codes, event_table, events, record, temporary
from pump.core import settings as st
from pump.ui.keys import DOWN, OK, STOP, UP

QUESTIONS = (
    scenes.bolus_ask,
    scenes.calculator_ask,
    scenes.extended_ask,
    scenes.extended_runs,
    scenes.temporary_ask,
    scenes.temporary_end_ask,
    scenes.basal_edit_ask,
    scenes.basal_name_ask,
    scenes.basal_activate,
    scenes.basal_delete,
    scenes.clock_ask,
    scenes.setting_ask,
    scenes.remote_ask,
)
DONE = (
    events.BOLUS_START,
    events.EXTENDED_START,
    events.EXTENDED_END,
    events.TEMPORARY_START,
    events.TEMPORARY_END,
    events.BASAL_PROGRAM,
    events.PROGRAM_NAMED,
    events.PROGRAM_ACTIVATED,
    events.PROGRAM_EDITED,
    events.CLOCK_SET,
    events.SETTING_CHANGED,
    events.PAIRING,
)


def done(bench):
    """How often anything was done that a question asks for."""
    count = 0
    buffer = bytearray(record.RECORD_SIZE)
    seq = bench.journal.first_seq
    while bench.journal.read_into(seq, buffer):
        count += record.header(bytes(buffer))[2] in DONE
        seq += 1
    return count


def test_ok_does_what_is_asked():
    for scene in QUESTIONS:
        bench = scene()
        before = done(bench)
        bench.press(OK)
        assert done(bench) > before, scene.__name__


def sources(bench, seq):
    """Who did what is in the log from a record on, as far as the records say."""
    found = []
    buffer = bytearray(record.RECORD_SIZE)
    while bench.journal.read_into(seq, buffer):
        fields = event_table.row_of(record.header(bytes(buffer))[2])[3]
        names = [field[0] for field in fields]
        if "source" in names:
            values = record.fields(bytes(buffer), event_table.layout(fields))
            found.append(values[names.index("source")])
        seq += 1
    return found


def test_what_ok_does_is_in_the_log_as_done_at_the_buttons():
    for scene in QUESTIONS:
        bench = scene()
        seq = bench.journal.next_seq
        bench.press(OK)
        assert set(sources(bench, seq)) <= {events.SOURCE_BUTTONS}, scene.__name__


def test_up_down_and_stop_do_nothing_and_stop_leads_away_from_it():
    for scene in QUESTIONS:
        bench = scene()
        before, question = done(bench), bench.look()
        for button in (UP, DOWN):
            bench.press(button)
            assert bench.look() == question, scene.__name__
        bench.press(STOP)
        assert bench.look() != question, scene.__name__
        assert done(bench) == before and not bench.at_home(), scene.__name__


def test_an_alarm_leads_away_from_it_and_nothing_is_done_by_who_acknowledges_that():
    for scene in QUESTIONS:
        bench = scene()
        before, question = done(bench), bench.look()
        bench.pump.alarms.once(al.RESERVOIR_LOW)
        bench.run(200)
        bench.press(OK)
        assert bench.look() != question, scene.__name__
        assert done(bench) == before, scene.__name__


def test_a_bolus_that_a_program_gave_under_a_question_leads_away_from_it():
    for scene in QUESTIONS:
        bench = scene()
        pump = bench.pump
        pump.set_setting(st.BOLUS_LOCKOUT_MIN, 0, events.SOURCE_LINK)
        bench.run(200)
        question = bench.look()
        assert pump.give_bolus(100, events.SOURCE_LINK) == codes.OK, scene.__name__
        bench.run(20_000, 200)
        assert not pump.bolus.active
        before = done(bench)
        assert bench.look() != question, scene.__name__
        bench.press(OK)
        assert done(bench) == before, scene.__name__


def test_it_stays_lit_until_it_is_left():
    for scene in QUESTIONS:
        bench = scene()
        bench.run(45_000, 500)
        assert not bench.at_home() and bench.ui.lit(), scene.__name__


def test_after_a_refusal_it_is_asked_anew():
    for scene in (scenes.bolus_ask, scenes.extended_ask, scenes.calculator_ask):
        bench = scene()
        before = done(bench)
        bench.pump.settings.set(st.MAX_BOLUS_MU, 100)
        bench.press(OK)
        assert bench.sees("Not done"), scene.__name__
        bench.press(OK)
        assert not bench.sees("OK Yes"), scene.__name__
        assert done(bench) == before, scene.__name__


def test_who_ends_a_temporary_basal_that_has_just_ended_by_itself_is_told_and_is_at_home():
    bench = scenes.temporary_end_ask()
    assert temporary.cancel(bench.pump, events.SOURCE_LINK) == 0
    bench.turn(0)
    bench.press(OK)
    assert bench.sees("This cannot be done")
    bench.press(OK)
    assert bench.at_home()
