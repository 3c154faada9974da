// The report in the page: the sections of `basalt report`, in its words, for the log that was pulled.
//
// host_tests/tools/test_page_report_host.py holds the two against each other, line by line, and says what only one has:
// the page is of one pump and of now, so it has no title, and not the moment when it was written; it is not printed, so it
// sends nobody to its next pages.

import type { LogRecord } from "./contract.ts";
import { type Amount, type Figures, figuresOf } from "./figures.ts";
import type { History } from "./history.ts";
import { readHistory } from "./history_reader.ts";
import { daySections, isShown, MOST_DAYS } from "./report_days.ts";
import {
  type Cell,
  doubt,
  folded,
  foldedList,
  make,
  momentOf,
  note,
  section,
  startOf,
  table,
  tableOrNone,
  tables,
  titled,
} from "./report_parts.ts";
import { dailyPlotOf, hoursPlotOf, plotOf } from "./report_plot.ts";
import * as words from "./report_words.ts";
import type { Anchor } from "./wall.ts";

/** What the worker says of a log beside its records. */
export interface Pulled {
  pump: string;
  board: string;
  firmware: string;
  anchor: Anchor;
  damaged: number;
}

const PRIORITIES = ["high", "medium", "low"];
const WHOLE = ["all_given", "under_way"]; // of outcomes: nothing was cut short

/** The report of `records` into `place`. */
export function showReport(place: HTMLElement, records: readonly LogRecord[], pulled: Pulled): void {
  const history = readHistory(records, pulled.anchor, pulled.damaged);
  const figures = shownFigures(history);
  const unit = history.in_units ? "U" : "steps";
  place.replaceChildren(
    head(history, figures, pulled),
    cards(figures, unit),
    section("What stands out", findings(figures)),
    section("Your days", ...yourDays(history, figures)),
    section("The period in figures", ...period(figures, unit)),
    section("By hour of the day", hoursPlotOf(figures), folded("The plot as a table", byHour(figures, unit))),
    section("Boluses, alarms, changes", kinds(figures, unit)),
    ...unknown(history, figures, unit),
    ...months(history, figures, unit),
    ...daySections(history, figures, unit),
    foot(figures),
  );
}

/** Where nobody knows what a unit is, amounts are steps to a reader: also the sum of nothing, and what the pump says. */
function shownFigures(history: History): Figures {
  const figures = figuresOf(history);
  if (history.in_units) return figures;
  const sums = ["mu", "basal_mu", "bolus_mu", "average_mu"];
  // What the pump says of a bolus stays; sums of boluses, which have steps beside them, do not.
  function inSteps(this: object, name: string, value: unknown) {
    const isSum = name === "given_mu" ? "given_steps" in this : sums.includes(name) && value === 0;
    return isSum ? null : value;
  }
  return JSON.parse(JSON.stringify(figures), inSteps) as Figures;
}

function head(history: History, figures: Figures, { pump, board, firmware }: Pulled): HTMLElement {
  const [first, last] = [figures.days[0], figures.days.at(-1)].map((day) => words.fullDate(startOf(day?.date ?? "")));
  const dates = first === last ? first : `${first} to ${last}`;
  const turned = history.in_units ? ", turned into units" : "; the log does not tell how many make a unit";
  const place = make("div", "report-meta");
  const statement = make("p", "note");
  statement.append(
    make("strong", "", "Not a medical device."),
    ` All amounts are motor steps that the pump counted${turned}. No fluid was measured.`,
  );
  place.append(
    make("p", "meta", `${dates} · pump ${pump} · ${board} · firmware ${firmware} · ${figures.records} records`),
    statement,
  );
  return place;
}

function cards({ summary }: Figures, unit: string): HTMLElement {
  const place = make("div", "cards");
  const card = (value: string, ...under: (string | Node)[]) => {
    const one = make("div", "card");
    const text = make("span");
    text.append(...under);
    one.append(make("b", "", value), text);
    place.append(one);
  };
  const average = summary.average_day ? `${words.amount(summary.average_day)} ${unit}` : "–";
  const whole = `${summary.whole_days} whole ${summary.whole_days === 1 ? "day" : "days"}`;
  card(average, summary.whole_days ? `average day, over ${whole}` : "average day: no day is whole");
  card(`${words.amount(summary.total)} ${unit}`, "in all ", doubt(words.bounds(summary.uncertain_dose)));
  card(words.share(summary.basal_share), "basal; the rest is bolus");
  card(words.tenth(summary.boluses_a_day), `boluses on a whole day, ${summary.boluses} in all`);
  card(`${summary.interrupted} · ${summary.refused}`, "boluses cut short · refused");
  const number = Object.values(summary.alarms).reduce((sum, one) => sum + one, 0);
  const kinds = PRIORITIES.filter((name) => summary.alarms[name]).flatMap((name, at) => [
    at ? ", " : ": ",
    make("span", name, `${summary.alarms[name]} ${name}`),
  ]);
  card(String(number), "alarms", ...kinds);
  card(words.duration(summary.acknowledged_after_s), "until an alarm was acknowledged (median)");
  card(words.duration(summary.stopped_s), "without delivery, while powered");
  return place;
}

function findings(figures: Figures): HTMLElement {
  const list = make("ul", "findings");
  for (const [severity, text] of words.findings(figures)) list.append(make("li", severity, text));
  return list;
}

function yourDays(history: History, figures: Figures): HTMLElement[] {
  const paler = figures.days.some((day) => !day.whole)
    ? "Paler bars are days that the log covers only in part; they are not in the averages. "
    : "";
  return [
    dailyPlotOf(figures.days.filter((day) => isShown(history, day)).slice(-MOST_DAYS)),
    note(
      `Each bar is what was given on a day: basal, and bolus on top of it. ${paler}` +
        "The figures of the bars are in the table day by day.",
    ),
    // A visit to the page is often shorter than a day, of which a bar tells nothing.
    titled("The whole log", plotOf(history)),
  ];
}

function period({ summary, habits, days }: Figures, unit: string): HTMLElement[] {
  const whole = days.filter((day) => day.whole).map((day) => day.total);
  const [least, most] = [whole.toSorted(bySteps)[0], whole.toSorted(bySteps).at(-1)];
  const between = `${words.amount(least ?? null)} to ${words.amount(most ?? null)}`;
  const doubted = words.bounds(summary.uncertain_dose);
  const dose: Cell[][] = [
    ["Days in the log, of these whole", `${summary.days}, ${summary.whole_days}`],
    ["Total a day (least to most)", `${words.amount(summary.average_day)} ${unit} (${between})`],
    ["Basal, bolus in all", `${words.amount(summary.basal)}, ${words.amount(summary.bolus)} ${unit}`],
    ["Basal share", words.share(summary.basal_share)],
    ["Uncertain, besides", [`${doubted || "0"} ${unit}`, "doubt"]],
    ["Suspended by hand", words.duration(summary.suspended_s)],
    ["Without delivery while powered", words.duration(summary.stopped_s)],
    ["Without power, as far as known", words.duration(summary.off_s)],
    ["Starts, clock changes", `${summary.restarts}, ${summary.clock_changes}`],
  ];
  const asked: Cell[][] = [
    ...habits.map(({ what, kept, of }): Cell[] => [what, kept, of, words.share(of ? kept / of : null)]),
    ["Reminders", summary.reminders, "", ""],
    ["Alarms sounded again", summary.alarms_repeated, "", ""],
  ];
  const habit = "What is asked for, and what was done";
  return [
    worded(tables(titled("Dose", table("Dose", [], dose)), titled(habit, table(habit, ["", "Done", "Of", ""], asked)))),
    note("A meal without a bolus is told by the time of day alone: the pump does not know who ate."),
  ];
}

/** Tables whose rows begin with a sentence, which a phone breaks into lines. */
function worded(place: HTMLElement): HTMLElement {
  place.className += " words";
  return place;
}

function bySteps(one: Amount, other: Amount): number {
  return one.steps - other.steps;
}

function byHour(figures: Figures, unit: string): HTMLElement {
  const rows = figures.by_hour_of_day.map((row) => [
    `${String(row.hour).padStart(2, "0")}:00`,
    words.amount({ steps: row.basal_steps, mu: row.basal_mu }),
    words.amount({ steps: row.bolus_steps, mu: row.bolus_mu }),
    row.boluses || "",
  ]);
  const heads = ["Hour", `Basal in all, ${unit}`, `Bolus in all, ${unit}`, "Boluses begun"];
  return table("By hour of the day", heads, rows);
}

function kinds(figures: Figures, unit: string): HTMLElement {
  const stops = figures.stops_by_reason.map((row) => [words.reason(row.reason), row.times, words.duration(row.seconds)]);
  return tables(
    bolusKinds(figures, unit),
    alarmKinds(figures),
    changes(figures),
    titled("Time without delivery", tableOrNone("Time without delivery", ["Why", "Times", "In all"], stops)),
    ...temporaries(figures, unit),
    ...extendedBoluses(figures),
    ...clockChanges(figures),
  );
}

function bolusKinds(figures: Figures, unit: string): HTMLElement {
  const rows = figures.boluses_by_kind.map((row): Cell[] => [
    words.plain(row.kind),
    row.source,
    [words.kindOutcome(row), WHOLE.includes(row.outcome) ? "" : "short"],
    row.boluses,
    words.units(row.asked_mu),
    row.what === "bolus" ? words.amount({ steps: row.given_steps, mu: row.given_mu }) : "",
  ]);
  const heads = ["Kind", "From", "Outcome", "Count", "Asked, U", `Given, ${unit}`];
  return titled("Boluses by kind", tableOrNone("Boluses by kind", heads, rows));
}

function alarmKinds({ alarms_by_kind: kinds, summary }: Figures): HTMLElement {
  const title = "Alarms, and how soon they were acknowledged";
  const order = (priority: string) => PRIORITIES.indexOf(priority);
  const rows = [...kinds]
    .sort((one, other) => order(one.priority) - order(other.priority) || other.alarms - one.alarms)
    .map((row): Cell[] => [
      [words.plain(row.alarm), row.priority],
      row.alarms,
      row.acknowledged,
      words.duration(row.median_s),
      words.duration(row.longest_s),
    ]);
  const place = titled(title, tableOrNone(title, ["Alarm", "Count", "Acknowledged", "Median", "Longest"], rows));
  if (rows.length) place.append(note(`${words.tenth(summary.alarms_a_day)} alarms on a whole day.`));
  return place;
}

function changes({ changes: found, change_habits: habits }: Figures): HTMLElement {
  const title = "Site and reservoir";
  const rows = habits.map((row) => [
    words.plain(row.kind),
    row.changes,
    row.mean_ms ? words.duration(row.mean_ms / 1000) : "–",
    row.longest_ms ? words.duration(row.longest_ms / 1000) : "–",
  ]);
  const place = titled(title, tableOrNone(title, ["What", "Times", "In use, mean", "Longest"], rows));
  if (!found.length) return place;
  const each = found.map((row) => [
    words.dayClock(momentOf(row.at)),
    words.plain(row.what),
    row.since_s ? words.duration(row.since_s) : "–",
    row.mu === null ? "" : words.units(row.mu),
  ]);
  place.append(folded("Each change", table("Each change", ["When", "What", "After the last", "Filled, U"], each)));
  return place;
}

function temporaries({ temporary_basals: found }: Figures, unit: string): HTMLElement[] {
  if (!found.length) return [];
  const rows = found.map((row) => [
    words.dayClock(momentOf(row.start)),
    words.temporaryRate(row),
    words.duration(row.asked_min * 60),
    row.end === null ? "–" : words.duration((momentOf(row.end) - momentOf(row.start)) / 1000),
    words.amount(row.given),
    words.temporaryEnd(row.outcome),
  ]);
  const heads = ["From", "Rate", "Asked for", "In force", `Given, ${unit}`, "Ended"];
  const list = foldedList(words.count(rows.length, "time"), table("Temporary basal", heads, rows), rows.length);
  return [titled("Temporary basal", list)];
}

function extendedBoluses({ extended_boluses: found }: Figures): HTMLElement[] {
  if (!found.length) return [];
  const rows = found.map((row): Cell[] => [
    words.dayClock(momentOf(row.start)),
    words.atOnce(row),
    words.portion(row.later),
    words.minutes(row.asked_min),
    words.minutes(row.elapsed_min),
    words.dose(row.given_mu),
    [words.bolusEnd(row.outcome), WHOLE.includes(row.outcome) ? "" : "short"],
  ]);
  const heads = ["From", "At once, U", "Over time, U", "Asked for", "It took", "Given, U", "Ended"];
  const count = words.count(rows.length, "bolus", "boluses");
  const list = foldedList(count, table("Extended boluses", heads, rows), rows.length);
  return [titled("Extended boluses", list)];
}

function clockChanges({ clock_changes: found }: Figures): HTMLElement[] {
  if (!found.length) return [];
  const rows = found.map((row) => [words.dayClock(momentOf(row.at)), words.clockChange(row.forward_s), row.source]);
  const grid = table("Clock changes", ["When", "By", "From"], rows);
  return [titled("Clock changes", foldedList(words.count(rows.length, "change"), grid, rows.length))];
}

function unknown(history: History, figures: Figures, unit: string): HTMLElement[] {
  const { odometer_differences: differences, odometer_checks: checks, unknown_events: events } = figures;
  const { uncertain, missing } = history;
  if (!uncertain.length && !missing.length && !differences && !events) return [];
  const parts = missing.map((found) => note(`Missing: ${words.missing(found)}.`));
  if (uncertain.length) parts.unshift(...eachDoubt(history, figures, unit));
  if (differences) {
    parts.push(
      note(
        `At ${differences} of ${checks} checkpoints the pump's odometer and the doses in the log do not agree;` +
          " see the remarks of the days.",
      ),
    );
  }
  if (events) {
    parts.push(
      note(`${words.count(events, "record")} of events that this program does not know: kept in the store, and left out here.`),
    );
  }
  return [section("What the log cannot tell", ...parts)];
}

function eachDoubt({ uncertain }: History, { summary }: Figures, unit: string): HTMLElement[] {
  const rows = uncertain.map((found): Cell[] => [
    words.dayClock(found.start),
    words.kind(found),
    [words.uncertain(found), "doubt"],
    words.dayClock(found.end),
    words.cause(found),
  ]);
  const { least, most } = summary.uncertain_dose;
  const dose = most.steps
    ? ` Of dose, between ${words.amount(least)} and ${words.amount(most)} ${unit} may have been given besides what this` +
      " report shows; no total holds it."
    : "";
  const stretches = `${rows.length} ${rows.length === 1 ? "stretch" : "stretches"}`;
  const heads = ["From", "What", `Bounds, ${unit}`, "Last sign of the pump", "Why"];
  return [
    note(`For ${stretches} nobody knows what was given.${dose}`),
    foldedList("Each of them", table("What the log cannot tell", heads, rows), rows.length),
  ];
}

function months(history: History, figures: Figures, unit: string): HTMLElement[] {
  if (figures.days.filter((day) => isShown(history, day)).length <= MOST_DAYS) return [];
  const heads = [
    ...["Month", "Days", `Average day, ${unit}`, "Basal share", "Boluses", "Cut short", "Refused", "Alarms"],
    ...["No delivery", "Reservoir changes"],
  ];
  const rows = figures.months.map((row) => {
    const given = row.basal_steps + row.bolus_steps;
    const average = row.average_steps === null ? null : { steps: Math.round(row.average_steps), mu: row.average_mu };
    return [
      words.monthName(startOf(`${row.month}-01`)),
      row.days,
      words.amount(average),
      words.share(given ? row.basal_steps / given : null),
      row.boluses,
      row.interrupted || "",
      row.refused || "",
      row.alarms || "",
      row.stopped_s ? words.duration(row.stopped_s) : "",
      row.changes || "",
    ];
  });
  return [section("Month by month", table("Month by month", heads, rows))];
}

function foot({ odometer_checks: checks, odometer_differences: differences }: Figures): HTMLElement {
  const place = make("div", "commands");
  if (checks && !differences) {
    place.append(note(`The doses agree with the pump's odometer at all ${checks} checkpoints of the log.`));
  }
  place.append(
    note("Save the log, and two commands make the same report into a page of its own, whose plots can be looked into:"),
    make("pre", "", "basalt import basalt-log.json --store pump.db\nbasalt report --store pump.db --out pump.html"),
  );
  return place;
}
