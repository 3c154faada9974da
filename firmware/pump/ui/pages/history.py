"""The history: last boluses, alarms, totals of 30 days and changes, out of the log."""

from micropython import const

from pump.core.clock import DAY_S
from pump.ui import figures
from pump.ui.alarm import alarm_name, alarm_text
from pump.ui.pages import dates, past
from pump.ui.pages.language import bolus_words
from pump.ui.pages.lists import ListScreen
from pump.ui.screen import Message, Screen, mix

_FIRST_LINE_Y = const(15)
_QUARTER_MS = const(900_000)


class _Looks(ListScreen):
    """A list that goes on with the search, a piece in each turn that has the time for it."""

    def __init__(self, ui, name, found):
        super().__init__(ui, name)
        self.past = found
        self.bolus_say = bolus_words(ui)

    def advance(self):
        """Read on, unless a step is due or under way."""
        pump = self.pump
        reads = self.past.looking and not (pump.train.ordered or pump.is_due())
        if reads:
            self.past.look()
        self.wait_ms = 0 if reads else Screen.wait_ms

    def view(self) -> int:
        """How much was found."""
        shown = 1 if self.past.looking else 0
        for which in range(past.CHANGES + 1):
            shown = mix(shown, self.past.count(which))
        return shown

    def title(self, canvas, left, right=""):
        """The line at the top says that there may be more."""
        right = self.words.LOOKING if self.past.looking else self.heading(right)
        super().title(canvas, left, right)

    def heading(self, place):
        """What stands at the right of that line: which row of how many, unless said otherwise."""
        return place


class History(_Looks):
    """The four lists."""

    def __init__(self, ui):
        found = past.Past(ui.journal, ui.pump.clock.local_s)
        super().__init__(ui, ui.words.HISTORY, found)
        self._names = ui.words.HISTORY_ROWS.split("|")

    def count(self):
        """Four."""
        return len(self._names)

    def row(self, index):
        """Name, and how many there are."""
        return self._names[index], "%d" % self.past.count(index)

    def chosen(self, index):
        """Open the list."""
        kind = (Boluses, Alarms, Days, Changes)[index]
        self.ui.open(kind(self.ui, self._names[index], self.past))


class Entry(Message):
    """An entry in up to four lines."""

    def draw(self, canvas):
        """Higher up than a message of three."""
        self.title(canvas, self._title)
        self.lines(canvas, self._text, _FIRST_LINE_Y)
        self.hints(canvas, "", self.say.OK_BACK)


class _Found(_Looks):
    """One of the lists; OK shows an entry whole."""

    which = past.BOLUSES

    def count(self):
        """How many were found so far."""
        return self.past.count(self.which)

    def word(self, index, word):
        """A word of an entry."""
        return self.past.value(self.which, index, word)

    def day(self, index):
        """The day of an entry: "23 Nov"."""
        _, month, day = dates.date_of(self.word(index, past.AT_S))
        return "%02d %s" % (day, self.words.MONTHS.split("|")[month - 1])

    def time(self, index):
        """Its day and time: "23 Nov 14:05"."""
        minute = self.word(index, past.AT_S) % DAY_S // 60
        return self.day(index) + " " + figures.hour_minute(minute)

    def chosen(self, index):
        """Show it whole."""
        self.ui.open(Entry(self.ui, self.name, self.lines_of(index)))

    def lines_of(self, index):
        """All that is known of an entry, with | between the lines."""
        raise NotImplementedError

    def draw(self, canvas):
        """The list, or that there is none."""
        super().draw(canvas)
        if not self.count() and not self.past.looking:
            canvas.text_center(self.words.NOTHING, 30)
            self.hints(canvas, self.words.BACK)


class Boluses(_Found):
    """What was given, with a mark where it is less than was asked or was given over a time."""

    def row(self, index):
        """Time and dose."""
        given_mu = self.word(index, past.GIVEN_MU)
        mark = "→" if self.word(index, past.HOW) >> past.QUARTERS_BIT else ""
        if given_mu < self.word(index, past.ASKED_MU):
            mark = "!"
        return self.time(index), mark + figures.dose(given_mu) + " " + self.say.UNIT

    def lines_of(self, index):
        """Time, dose, how it ended and who gave it."""
        say, words = self.say, self.words
        given = figures.dose(self.word(index, past.GIVEN_MU))
        asked = figures.dose(self.word(index, past.ASKED_MU))
        how = self.word(index, past.HOW)
        by = words.BY_PROGRAM if how & past.REMOTE else words.BY_BUTTONS
        dose = "%s %s %s %s" % (given, self.bolus_say.OF, asked, say.UNIT)
        time = self.time(index)
        quarters = how >> past.QUARTERS_BIT
        if quarters:
            time += " →" + words.HOURS % figures.left(quarters * _QUARTER_MS)
        return "|".join((time, dose, self.bolus_say.ENDS[how & past.REASON], by))


class Alarms(_Found):
    """The alarms that were raised; the line at the top has the time of the lit one."""

    which = past.ALARMS

    def heading(self, place):
        """The time of the lit one."""
        return self.time(self.at) if self.count() else place

    def row(self, index):
        """The name."""
        return alarm_name(self.say, self.word(index, past.ALARM)), ""

    def lines_of(self, index):
        """Time, name and why."""
        name, _, why, _, _ = alarm_text(self.say, self.word(index, past.ALARM)).split("|")
        return "|".join((self.time(index), name, why))


class Days(_Found):
    """Totals of days, the one that is not over first."""

    which = past.DAYS

    def count(self):
        """One more than are in the log."""
        return 1 + super().count()

    def heading(self, place):
        """What the last column is."""
        return self.words.SHARE + " " + place if place else self.words.SHARE

    def row(self, index):
        """Day, total and the share of the basal."""
        basal_mu, bolus_mu, _ = self._sums(index)
        total = figures.dose(basal_mu + bolus_mu) + " " + self.say.UNIT
        return self._name(index), "%s %3d%%" % (total, _percent(basal_mu, bolus_mu))

    def lines_of(self, index):
        """The parts of the total."""
        basal_mu, bolus_mu, times = self._sums(index)
        total = figures.dose(basal_mu + bolus_mu) + " " + self.say.UNIT
        percent = _percent(basal_mu, bolus_mu)
        parts = (figures.dose(basal_mu), percent, figures.dose(bolus_mu), times)
        parts = self.words.DAY_PARTS % parts
        return self._name(index) + ": " + total + "|" + parts

    def _name(self, index):
        return self.day(index - 1) if index else self.words.TODAY

    def _sums(self, index):
        if index:
            words = (past.BASAL_MU, past.BOLUS_MU, past.TIMES)
            return [self.word(index - 1, word) for word in words]
        pump = self.pump
        dose_mu = pump.profile.scale.dose_mu
        basal_mu = dose_mu(pump.basal_today_steps)
        return basal_mu, dose_mu(pump.bolus_today_steps), pump.boluses_today


class Changes(_Found):
    """Reservoirs that were put in, and cannulas that were filled."""

    which = past.CHANGES

    def row(self, index):
        """Time and what."""
        mu = self.word(index, past.UNITS_MU)
        return self.time(index), figures.amount(mu) + " " + self.say.UNIT if mu else self._site()

    def lines_of(self, index):
        """Time and what, in full."""
        mu = self.word(index, past.UNITS_MU)
        amount = figures.amount(mu) + " " + self.say.UNIT
        return "|".join((self.time(index), self.words.PUT_IN % amount if mu else self._site()))

    def _site(self):
        return self.words.CANNULA


def _percent(basal_mu, bolus_mu):
    total_mu = basal_mu + bolus_mu
    return basal_mu * 100 // total_mu if total_mu else 0
