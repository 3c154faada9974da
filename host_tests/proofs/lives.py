"""The lives that are lived once and then cut everywhere: each is a function that drives a rig."""

from host_tests.fakes.flash import BLOCK_COUNT, BLOCK_SIZE, Files, Flash
from host_tests.proofs.recorded import CountedRig
from host_tests.rig import DOWN, OK, STOP, UP
from pump.core import calculator, codes, event_table, events, programs, record, states
from pump.core import extended as ext
from pump.core import settings as st
from pump.core import temporary as tb
from pump.core.calibration import weighing
from pump.core.temporary import NO_PERCENT
from pump.storage.journal import Journal
from pump.storage.segments import RECORDS_PER_SEGMENT

SMALL = 64  # blocks; a copy of such a flash is quick
FULL_LOG = 36_000  # records that the app keeps
_BUTTONS = events.SOURCE_BUTTONS
_LINK = events.SOURCE_LINK


def meals(rig):
    """Basal, boluses by the buttons, one of them stopped, one ended by an occlusion."""
    do(rig.pump.set_basal([(0, 3_000), (5, 1_200)], _LINK))
    rig.run_s(20)
    rig.bolus(1_250)
    rig.run_s(70)
    rig.bolus(2_000)
    rig.run_until(lambda: rig.pump.bolus.given_steps > 500)
    rig.press(STOP)
    rig.run_s(240)
    rig.world.line.block()
    rig.bolus(3_000)
    rig.run_until(lambda: rig.pump.state == states.SUSPENDED)
    rig.run_s(30)
    rig.world.line.open()
    rig.run_s(10)
    rig.press(OK, times=2)  # the occlusion, and the bolus that it cut
    rig.hold(STOP, 2_500)
    rig.run_s(600)
    rig.hold(STOP, 2_500)
    rig.run_s(1_000)
    rig.press(OK)  # it stands for a quarter of an hour
    rig.hold(STOP, 2_500)
    rig.run_s(200)


def reckoned(rig):
    """Boluses of the calculator: by its page, stopped, with another dose, and refused."""
    pump = rig.pump
    for number, value in ((st.CARB_RATIO_1, 100), (st.FACTOR_1, 50), (st.MAX_BOLUS_MU, 4_000)):
        do(pump.set_setting(number, value, _BUTTONS))
    do(pump.set_basal([(0, 1_000)], _LINK))
    rig.run_s(20)
    rig.press(DOWN)
    rig.press(UP, times=12)
    rig.press(OK, times=4)
    rig.run_until(lambda: pump.bolus.given_steps > 300)
    rig.press(STOP)
    rig.run_s(1_200)
    _reckon(rig, 10, 180, 500)
    rig.run_s(300)
    _reckon(rig, 60, 0, 500)
    rig.run_s(100)


def _reckon(rig, carbs_g, glucose_mg_dl, more_mu):
    code, found = calculator.reckon(rig.pump, carbs_g, glucose_mg_dl)
    do(code)
    code = calculator.give(rig.pump, found, found.dose_mu + more_mu, _BUTTONS)
    assert code == (codes.OVER_MAX_BOLUS if carbs_g == 60 else codes.OK)


def choices(rig):
    """Settings, programs and the clock are changed: alone, several at once, and while it gives."""
    pump = rig.pump
    do(pump.set_basal([(0, 2_000)], _LINK))
    rig.run_s(10)
    for number, value in ((st.MAX_BOLUS_MU, 8_000), (st.MAX_HOUR_MU, 9_000), (st.KEY_CLICKS, 0)):
        do(pump.set_setting(number, value, _BUTTONS))
        rig.run_s(2)
    do(pump.set_setting(st.BOLUS_SPEED_MU_MIN, 3_000, _LINK))
    do(pump.set_setting(st.MAX_DAY_MU, 50_000, _LINK))
    do(pump.set_basal([(0, 1_000), (360, 2_500), (720, 1_500)], _LINK))
    rig.run_s(100)
    rig.bolus(1_000)
    rig.run_until(lambda: pump.train.ordered)
    do(pump.set_setting(st.MAX_DAY_MU, 60_000, _LINK))
    do(pump.set_setting(st.MAX_DAY_MU, 40_000, _LINK))
    do(pump.set_basal([(30 * at, 600 + 50 * at) for at in range(48)], _LINK))
    rig.run_s(60)
    do(pump.set_clock(200_000_000, 120, _LINK))
    rig.run_s(90)
    do(pump.set_clock(200_000_000 - 86_400, -300, _LINK))
    rig.run_s(200)
    do(pump.set_clock(200_030_000, 0, _BUTTONS))
    do(pump.set_basal([(0, 0)], _LINK))
    rig.run_s(60)


def change(rig):
    """The reservoir is changed, while it runs and while it is suspended; one change stays open."""
    pump = rig.pump
    do(pump.set_basal([(0, 4_000)], _LINK))
    rig.run_s(120)
    _change(rig, 150_000)
    rig.run_s(300)
    rig.bolus(500)
    rig.run_s(60)
    rig.hold(STOP, 2_500)
    _change(rig, 120_000)
    rig.run_s(60)
    rig.hold(STOP, 2_500)
    rig.run_s(100)
    do(pump.change().start(_BUTTONS))
    rig.run_s(2)
    rig.load(80_000)
    do(pump.change().prime(_BUTTONS))
    rig.run_until(lambda: pump.move.made_steps > 1_000)
    do(pump.change().stop())
    rig.run_s(1_000)


def little(rig):
    """A reservoir that runs low and then empty, with a bolus under way."""
    do(rig.pump.set_basal([(0, 5_000)], _LINK))
    do(rig.pump.change().start(_BUTTONS))
    rig.run_s(2)
    rig.load(1_500)
    rig.run_s(2)
    do(rig.pump.change().finish(_BUTTONS))
    rig.run_s(120)
    rig.bolus(1_000)
    rig.run_s(400)
    rig.press(OK, times=2)
    rig.run_s(300)


def meals_short(rig):
    """Basal and one bolus, for logs whose length is what matters."""
    do(rig.pump.set_basal([(0, 5_000)], _LINK))
    rig.run_s(60)
    rig.bolus(2_000)
    rig.run_s(400)
    do(rig.pump.set_setting(st.MAX_BOLUS_MU, 12_000, _LINK))
    rig.run_s(600)
    rig.bolus(300)
    rig.run_s(500)


def temporary(rig):
    """Temporary basals that end by themselves, by hand, by another, by a stop and by a change."""
    pump = rig.pump
    do(pump.set_basal([(0, 2_000), (20, 1_000)], _LINK))
    rig.run_s(30)
    do(tb.begin(pump, 200, 0, 15, _BUTTONS))
    rig.run_s(700)
    rig.bolus(1_000)
    rig.run_s(400)
    rig.run_until(lambda: pump.train.ordered)
    do(tb.begin(pump, NO_PERCENT, 4_000, 60, _LINK))
    rig.run_s(300)
    do(tb.begin(pump, 50, 0, 30, _LINK))
    rig.run_s(200)
    do(tb.cancel(pump, _LINK))
    do(tb.begin(pump, 0, 0, 30, _BUTTONS))
    do(pump.set_clock(200_000_000, 60, _BUTTONS))
    rig.run_s(100)
    rig.hold(STOP, 2_500)
    rig.run_s(5)
    rig.press(OK)  # sees that the temporary basal has ended too
    rig.hold(STOP, 2_500)
    do(tb.begin(pump, 250, 0, 15, _BUTTONS))
    rig.run_s(120)
    _change(rig, 150_000)
    do(tb.begin(pump, 120, 0, 1_440, _BUTTONS))
    rig.run_s(3_000)


def extended(rig):
    """Extended boluses to their end, beside others, over a checkpoint, stopped, and cut short."""
    pump = rig.pump
    do(pump.set_basal([(0, 1_500)], _LINK))
    rig.run_s(30)
    do(ext.begin(pump, 0, 1_000, 15, _BUTTONS))
    rig.run_s(300)
    rig.bolus(700)
    rig.run_s(700)
    do(ext.begin(pump, 1_200, 1_600, 60, _LINK))
    rig.run_s(300)
    do(pump.set_setting(st.MAX_BOLUS_MU, 12_000, _LINK))
    pump.checkpoint()
    rig.run_s(2_200)
    rig.bolus(900)
    rig.run_until(lambda: pump.bolus.given_steps > 200)
    rig.press(STOP)
    rig.run_s(30)
    do(ext.begin(pump, 0, 2_000, 30, _BUTTONS))
    rig.run_s(400)
    rig.hold(STOP, 2_500)
    rig.run_s(5)
    rig.hold(STOP, 2_500)
    do(ext.begin(pump, 500, 3_000, 45, _BUTTONS))
    rig.run_s(700)
    _change(rig, 150_000)
    do(ext.begin(pump, 0, 4_000, 120, _LINK))
    rig.run_s(1_500)


def calibration(rig):
    """Other scales: in a suspension, in a reservoir change with weighed trains, and back."""
    pump = rig.pump
    do(pump.set_basal([(0, 3_000)], _LINK))
    rig.run_s(2)
    do(pump.change().start(_BUTTONS))
    rig.run_s(2)
    rig.load(100_000)
    do(pump.change().finish(_BUTTONS))
    rig.run_s(60)
    rig.bolus(1_300)
    rig.run_s(80)
    do(pump.suspend(_BUTTONS))
    rig.run_s(1)
    rig.calibrate(8_000)
    rig.run_s(5)
    do(pump.resume(_BUTTONS))
    do(tb.begin(pump, 150, 0, 30, _BUTTONS))
    rig.bolus(900)
    rig.run_s(200)
    rig.bolus(2_000)
    rig.run_until(lambda: pump.bolus.given_steps > 300)
    do(pump.suspend(_BUTTONS))  # in the middle of a bolus and of a temporary basal
    rig.run_s(1)
    do(pump.acknowledge(_BUTTONS))
    rig.calibrate(5_999)
    rig.calibrate(7_013)  # both in one turn
    rig.run_s(5)
    do(pump.resume(_BUTTONS))
    rig.run_s(150)
    do(pump.change().start(_BUTTONS))
    rig.run_s(2)
    do(weighing.measure(pump, 1_500, _BUTTONS))
    rig.loaded = -1
    rig.run_until(lambda: not pump.move.active)
    do(weighing.measure(pump, -400, _BUTTONS))
    rig.run_until(lambda: not pump.move.active)
    rig.calibrate(6_500)
    do(pump.set_setting(st.BACKLASH_STEPS, 120, _BUTTONS))
    rig.run_s(2)
    rig.load(80_000)
    do(pump.change().prime(_BUTTONS))
    rig.run_until(lambda: pump.move.kind == events.KIND_PRIME and pump.move.made_steps > 500)
    do(pump.change().stop())
    rig.run_s(2)
    do(pump.change().finish(_BUTTONS))
    rig.run_s(200)
    do(pump.suspend(_BUTTONS))
    rig.run_s(1)
    rig.calibrate(0)
    rig.run_s(5)
    do(pump.resume(_BUTTONS))
    rig.bolus(700)
    rig.run_s(200)


def day(rig):
    """A day and an hour, over midnight: limits, day's totals, checkpoints."""
    do(rig.pump.set_setting(st.MAX_HOUR_MU, 6_000, _LINK))
    do(rig.pump.set_setting(st.MAX_DAY_MU, 30_000, _LINK))
    do(rig.pump.set_basal([(0, 600), (600, 900)], _LINK))
    rig.run_s(60)
    do(rig.pump.set_clock(200_000_000, 60, _LINK))
    for dose_mu in (4_000, 2_500, 3_000, 5_000, 1_000, 4_500):
        rig.bolus(dose_mu)
        rig.run_s(4 * 3_600)
    rig.run_s(3_600)


def hours(rig):
    """Three hours at the limits of an hour and of a day."""
    do(rig.pump.set_setting(st.MAX_HOUR_MU, 4_000, _LINK))
    do(rig.pump.set_setting(st.MAX_DAY_MU, 9_000, _LINK))
    do(rig.pump.set_basal([(0, 1_500), (60, 900)], _LINK))
    for dose_mu in (2_500, 1_500, 1_000):
        rig.bolus(dose_mu)
        rig.run_s(3_600)


def fault(rig):
    """A part fails in the middle of a bolus: the pump stops for good."""
    do(rig.pump.set_basal([(0, 5_000)], _LINK))
    rig.run_s(30)
    rig.bolus(1_000)
    rig.run_until(lambda: rig.pump.bolus.given_steps > 200)
    rig.run_until(lambda: rig.hardware.engine.busy())
    rig.errors_expected = 1
    rig.world.buttons[OK].value = None  # the buttons' driver meets something it cannot call
    rig.run_s(30)


def _change(rig, dose_mu):
    pump = rig.pump
    do(pump.change().start(_BUTTONS))
    rig.run_s(5)
    do(pump.change().rewind(_BUTTONS))
    rig.run_s(4)
    do(pump.change().stop())
    rig.run_s(2)
    rig.load(dose_mu)
    do(pump.change().prime(_BUTTONS))
    rig.run_until(lambda: pump.move.made_steps > 4_000)
    do(pump.change().stop())
    rig.run_s(2)
    do(pump.change().fill_cannula(500, _BUTTONS))
    rig.run_until(lambda: not pump.move.active)
    rig.run_s(2)
    do(pump.change().finish(_BUTTONS))
    rig.run_s(2)


def do(code):
    """A command of a life that has to be taken."""
    assert code == codes.OK, f"refused with {code}"


def schedules(rig):
    """Programs written, named, activated with a train under way and at rest, and taken away."""
    pump = rig.pump
    do(pump.set_basal([(0, 1_500)], _LINK))
    rig.run_s(20)
    do(programs.edit(pump, 2, [(0, 3_000), (1, 400), (600, 800)], _LINK))
    rig.run_s(20)
    do(programs.rename(pump, 2, 3, _BUTTONS))
    rig.run_until(lambda: pump.train.ordered != 0)
    do(programs.activate(pump, 2, _BUTTONS))
    rig.run_s(200)
    do(programs.edit(pump, 3, [(30 * at, 900 + 10 * at) for at in range(48)], _BUTTONS))
    rig.run_s(5)
    do(programs.activate(pump, 3, _LINK))
    rig.run_s(60)
    do(pump.set_basal([(0, 2_500)], _LINK))
    do(programs.edit(pump, 2, [], _BUTTONS))
    rig.run_s(60)
    do(programs.activate(pump, 1, _BUTTONS))
    rig.run_s(60)


def blank():
    """A new board's flash."""
    return Flash(SMALL).image()


def started():
    """A flash on which the pump was started once."""
    rig = CountedRig(Flash(SMALL))
    rig.run_s(2)
    return rig.world.flash.image()


def with_records(count, blocks=SMALL):
    """A flash with a log of so many records that say nothing of doses."""
    layout = event_table.layout(())
    flash = Flash(blocks)
    journal = Journal(Files(flash))
    journal.recover()
    for seq in range(1, count + 1):
        stamp = (seq // 40, seq % 40 * 30, 0, False, seq * 30)
        boot, uptime_s, uptime_ms, trusted, local_s = stamp
        journal.append(
            record.pack(
                seq, boot, events.LINK_OPENED, uptime_s, uptime_ms, trusted, local_s, layout, ()
            )
        )
        if seq % 40 == 0:
            journal.commit()
    journal.commit()
    return flash.image()


def rolling():
    """A flash whose newest segment is about to be full."""
    return with_records(RECORDS_PER_SEGMENT - 30)


def full():
    """A stock flash whose log is about to drop its oldest segment for its length."""
    return with_records(FULL_LOG + RECORDS_PER_SEGMENT - 20, BLOCK_COUNT)


def crowded():
    """A flash that other files have filled, with a log of several segments."""
    flash = Flash(image=with_records(4 * RECORDS_PER_SEGMENT - 60))
    files = Files(flash)
    with files.open("/music", "wb") as file:
        file.write(bytes(BLOCK_SIZE * (files.free_blocks() - 3)))
    return flash.image()


# name: (what the flash holds before, what is done)
LIVES = {
    "new": (blank, meals_short),
    "meals": (started, meals),
    "reckoned": (started, reckoned),
    "choices": (started, choices),
    "change": (started, change),
    "little": (started, little),
    "fault": (started, fault),
    "roll": (rolling, meals_short),
    "full": (full, meals_short),
    "crowded": (crowded, meals_short),
    "hours": (started, hours),
    "temporary": (started, temporary),
    "extended": (started, extended),
    "schedules": (started, schedules),
    "calibration": (started, calibration),
    "day": (started, day),
}
