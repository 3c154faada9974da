"""What a subject of the bench is: a name, a function that measures, tables that it returns."""

import statistics

CYCLES_PER_MS = 125_000  # of an RP2040 at its stock clock
CYCLE_NANOS = 8


class Subject:
    """One thing whose cost is measured: `measure(say)` returns a list of `Table`.

    `say(text)` reports progress. `needs_chip`: it runs on the emulated RP2040.
    """

    def __init__(self, name, title, measure, needs_chip=True):
        self.name = name
        self.title = title
        self.measure = measure
        self.needs_chip = needs_chip


class Table:
    """Rows of text under columns, with a sentence that says how to read them.

    `figures`: the same numbers for programs, by name.
    """

    def __init__(self, columns, rows, note="", figures=None):
        self.columns = columns
        self.rows = [[str(cell) for cell in row] for row in rows]
        self.note = note
        self.figures = figures or {}


FIGURES = ("what", "figure", "least to most", "budget", "met")


class Figures:
    """Gathers rows of the form 'what, figure, extremes, budget, met'."""

    def __init__(self):
        self._rows = []
        self._figures = {}

    def add(self, what, number, form="{:,}", spread=None, most=None, least=None):
        """A row. `form` prints a number; `spread`: the least and the most that `number` is the
        median of; `most` or `least`: the budget."""
        budget = met = ""
        if most is not None:
            budget, met = "<= " + form.format(most), "yes" if number <= most else "NO"
        if least is not None:
            budget, met = ">= " + form.format(least), "yes" if number >= least else "NO"
        extremes = f"{form.format(spread[0])} to {form.format(spread[1])}" if spread else ""
        self._rows.append((what, form.format(number), extremes, budget, met))
        self._figures[what] = number

    def spread(self, what, numbers, form="{:,}", most=None):
        """A row for many measurements: median and extremes; the budget holds for the worst."""
        numbers = list(numbers)
        worst = max(numbers)
        budget = met = ""
        if most is not None:
            budget, met = "<= " + form.format(most), "yes" if worst <= most else "NO"
        extremes = f"{form.format(min(numbers))} to {form.format(worst)}"
        self._rows.append((what, form.format(statistics.median(numbers)), extremes, budget, met))
        self._figures[what] = {
            "median": statistics.median(numbers),
            "least": min(numbers),
            "most": worst,
        }

    def table(self, note=""):
        return Table(FIGURES, self._rows, note, self._figures)
