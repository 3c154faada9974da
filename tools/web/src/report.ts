// The report in the page: the sections of `basalt report`, in its words, for the log that was pulled.

import type { LogRecord } from "./contract.ts";
import { type Amount, cut, dayOf, type Figures, figuresOf } from "./figures.ts";
import { DAY_MS, type History, HOUR_MS, isInterrupted, isRefused } from "./history.ts";
import { readHistory } from "./history_reader.ts";
import { hoursPlotOf, plotOf } from "./report_plot.ts";
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

const FOR_EARS = "for-ears";
const MOST_DAYS = 92; // the newest of which each is shown, as in the page of `basalt report`

/** A cell: its text, or a text with a class. */
type Cell = string | number | [text: string, className: string];

/** The report of `records` into `place`. */
export function showReport(place: HTMLElement, records: readonly LogRecord[], pulled: Pulled): void {
  const history = readHistory(records, pulled.anchor, pulled.damaged);
  const figures = figuresOf(history);
  const unit = figures.summary.total.mu === null ? "steps" : "U";
  place.replaceChildren(
    head(figures, pulled),
    cards(figures, unit),
    section("What stands out", findings(figures)),
    plotOf(history),
    section("The period in figures", period(figures, unit)),
    section("By hour of the day", hoursPlotOf(figures), byHour(figures, unit)),
    section("Boluses, alarms, changes", kinds(figures, unit)),
    ...unknown(history, figures, unit),
    ...months(figures, unit),
    section("Day by day", days(figures, unit), ...underWay(history, figures, unit)),
    ...shownDays(figures).map((day) => oneDay(history, day, unit)),
    commands(),
  );
}

function head(figures: Figures, { pump, board, firmware }: Pulled): HTMLElement {
  const [first, last] = [figures.days[0], figures.days.at(-1)].map((day) => words.fullDate(startOf(day?.date ?? "")));
  const dates = first === last ? first : `${first} to ${last}`;
  const place = make("div", "report-meta");
  place.append(
    make("p", "meta", `${dates} · pump ${pump} · ${board} · firmware ${firmware} · ${figures.records} records`),
    make("p", "note", "All amounts are motor steps that the pump counted, turned into units. No fluid was measured."),
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
  const alarms = Object.entries(summary.alarms).map(([name, number]) => `${number} ${name}`);
  const number = Object.values(summary.alarms).reduce((sum, one) => sum + one, 0);
  card(String(number), alarms.length ? `alarms: ${alarms.join(", ")}` : "alarms");
  card(words.duration(summary.acknowledged_after_s), "until an alarm was acknowledged (median)");
  card(words.duration(summary.stopped_s), "without delivery, while powered");
  return place;
}

function findings(figures: Figures): HTMLElement {
  const list = make("ul", "findings");
  for (const [severity, text] of words.findings(figures)) list.append(make("li", severity, text));
  return list;
}

function period({ summary, habits, days }: Figures, unit: string): HTMLElement {
  const whole = days.filter((day) => day.whole).map((day) => day.total);
  const [least, most] = [whole.toSorted(bySteps)[0], whole.toSorted(bySteps).at(-1)];
  const between = `${words.amount(least ?? null)} to ${words.amount(most ?? null)}`;
  const dose = table("Dose", [], [
    ["Days in the log, of these whole", `${summary.days}, ${summary.whole_days}`],
    ["Total a day (least to most)", `${words.amount(summary.average_day)} ${unit} (${between})`],
    ["Basal, bolus in all", `${words.amount(summary.basal)}, ${words.amount(summary.bolus)} ${unit}`],
    ["Basal share", words.share(summary.basal_share)],
    ["Uncertain, besides", `${words.bounds(summary.uncertain_dose) || "0"} ${unit}`],
    ["Suspended by hand", words.duration(summary.suspended_s)],
    ["Without delivery while powered", words.duration(summary.stopped_s)],
    ["Without power, as far as known", words.duration(summary.off_s)],
    ["Starts, clock changes", `${summary.restarts}, ${summary.clock_changes}`],
  ]);
  const asked = table(
    "What is asked for, and what was done",
    ["", "Done", "Of", ""],
    [
      ...habits.map(({ what, kept, of }) => [what, kept, of, words.share(of ? kept / of : null)]),
      ["Reminders that delivery is suspended", summary.reminders, "", ""],
      ["Alarms sounded again", summary.alarms_repeated, "", ""],
    ],
  );
  return tables(dose, asked);
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
  return folded(table("By hour of the day", heads, rows, FOR_EARS));
}

function kinds(figures: Figures, unit: string): HTMLElement {
  const boluses = figures.boluses_by_kind.map((row) => [
    words.plain(row.kind),
    row.source,
    words.kindOutcome(row),
    row.boluses,
    words.units(row.asked_mu),
    row.what === "bolus" ? words.amount({ steps: row.given_steps, mu: row.given_mu }) : "",
  ]);
  const order = ["low", "medium", "high"];
  const alarms = [...figures.alarms_by_kind]
    .sort((one, other) => order.indexOf(other.priority) - order.indexOf(one.priority) || other.alarms - one.alarms)
    .map((row): Cell[] => [
      [words.plain(row.alarm), row.priority],
      row.alarms,
      row.acknowledged,
      words.duration(row.median_s),
      words.duration(row.longest_s),
    ]);
  const changes = figures.change_habits.map((row) => [
    words.plain(row.kind),
    row.changes,
    row.mean_ms ? words.duration(row.mean_ms / 1000) : "–",
    row.longest_ms ? words.duration(row.longest_ms / 1000) : "–",
  ]);
  const stops = figures.stops_by_reason.map((row) => [words.reason(row.reason), row.times, words.duration(row.seconds)]);
  const clocks = figures.clock_changes.map((row) => [
    words.dayClock(momentOf(row.at)),
    words.clockChange(row.forward_s),
    row.source,
  ]);
  const each = figures.changes.map((row) => [
    words.dayClock(momentOf(row.at)),
    words.plain(row.what),
    row.since_s ? words.duration(row.since_s) : "–",
    row.mu === null ? "" : words.units(row.mu),
  ]);
  const temporaries = figures.temporary_basals.map((row) => [
    words.dayClock(momentOf(row.start)),
    words.temporaryRate(row),
    words.duration(row.asked_min * 60),
    row.end === null ? "–" : words.duration((momentOf(row.end) - momentOf(row.start)) / 1000),
    words.amount(row.given),
    words.temporaryEnd(row.outcome),
  ]);
  return tables(
    table("Boluses by kind", ["Kind", "From", "Outcome", "Count", "Asked, U", `Given, ${unit}`], boluses),
    table(
      "Alarms, and how soon they were acknowledged",
      ["Alarm", "Count", "Acknowledged", "Median", "Longest"],
      alarms,
    ),
    table("Site and reservoir", ["What", "Times", "In use, mean", "Longest"], changes),
    table("Each change", ["When", "What", "After the last", "Filled, U"], each),
    table("Time without delivery", ["Why", "Times", "In all"], stops),
    table(
      "Temporary basal",
      ["From", "Rate", "Asked for", "In force", `Given, ${unit}`, "Ended"],
      temporaries,
    ),
    table("Clock changes", ["When", "By", "From"], clocks),
  );
}

function unknown(history: History, figures: Figures, unit: string): HTMLElement[] {
  if (!history.uncertain.length && !history.missing.length) return [];
  const rows = history.uncertain.map((found): Cell[] => [
    words.dayClock(found.start),
    words.kind(found),
    [words.uncertain(found), "doubt"],
    words.dayClock(found.end),
    words.cause(found),
  ]);
  const heads = ["From", "What", `Bounds, ${unit}`, "Last sign of the pump", "Why"];
  const told = figures.summary.uncertain_dose.most.steps
    ? `Between ${words.bounds(figures.summary.uncertain_dose)} ${unit} may have been given besides what this report shows; no total holds it.`
    : "";
  return [
    section(
      "What the log cannot tell",
      ...(told ? [make("p", "note", told)] : []),
      ...(rows.length ? [tables(table("Each of them", heads, rows, FOR_EARS))] : []),
      ...history.missing.map((found) => make("p", "note", `Missing: ${words.missing(found)}.`)),
    ),
  ];
}

function months(figures: Figures, unit: string): HTMLElement[] {
  if (figures.days.filter(isShown).length <= MOST_DAYS) return [];
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
  return [section("Month by month", tables(table("Month by month", heads, rows, FOR_EARS)))];
}

function days(figures: Figures, unit: string): HTMLElement {
  const heads = [
    ...["Day", `Total, ${unit}`, "", "Basal", "Bolus", "Basal share", "Boluses", "Cut short", "Refused"],
    ...["Alarms", "No delivery", "Reservoir changes"],
  ];
  const many = figures.days.filter(isShown).length > MOST_DAYS;
  const rows = (many ? shownDays(figures) : figures.days).map((day): Cell[] => {
    const name = words.dayName(startOf(day.date));
    if (!isShown(day)) return [name, "no records"];
    const begun = day.boluses.filter(({ outcome }) => outcome !== "refused");
    const short = begun.filter(({ outcome }) => !["all_given", "under_way"].includes(outcome));
    const bounds = words.bounds(day.uncertain_dose);
    return [
      name + (day.whole ? "" : " *"),
      words.amount(day.total),
      [bounds && `+ ${bounds}`, "doubt"],
      words.amount(day.basal),
      words.amount(day.bolus),
      words.share(day.basal_share),
      begun.length,
      short.length || "",
      day.boluses.length - begun.length || "",
      day.alarms.length || "",
      day.stopped_s ? words.duration(day.stopped_s) : "",
      day.reservoir_changes.length || "",
    ];
  });
  const place = tables(table("Day by day", heads, rows, FOR_EARS));
  if (figures.days.some((day) => !day.whole)) {
    place.append(make("p", "note", "* The log covers only a part of this day; it is not in the averages."));
  }
  return place;
}

function underWay(history: History, figures: Figures, unit: string): HTMLElement[] {
  return history.under_way.map(({ kind, since }, at) => {
    const most = figures.under_way[at]?.most ?? null;
    const text = `${kind} since ${words.clock(since)}, at most ${words.amount(most)} ${unit}`;
    return make("p", "note", `When the log was read: ${text}, not yet confirmed and in no total.`);
  });
}

type Day = Figures["days"][number];

/** Whether the log tells anything of a day but what was left in the reservoir. */
function isShown(day: Day): boolean {
  return day.covered_s > 0 || day.boluses.length > 0 || day.alarms.length > 0;
}

function shownDays(figures: Figures): Day[] {
  return figures.days.filter(isShown).slice(-MOST_DAYS);
}

function oneDay(history: History, day: Day, unit: string): HTMLElement {
  const start = startOf(day.date);
  const within = (at: number) => dayOf(at) === dayOf(start);
  const bounds = words.bounds(day.uncertain_dose);
  const title = make("h3", "", `${words.fullDate(start)} `);
  const covers = day.whole ? "" : ` · the log covers ${words.duration(day.covered_s)}`;
  title.append(
    make(
      "small",
      "",
      `${words.amount(day.total)} ${unit} ${bounds && `+ ${bounds} `}· basal ${words.amount(day.basal)} · ` +
        `bolus ${words.amount(day.bolus)}${covers}`,
    ),
  );
  const boluses = history.boluses.filter((bolus) => within(bolus.start)).map((bolus): Cell[] => [
    words.clock(bolus.start),
    words.dose(bolus.asked_mu),
    words.dose(bolus.given_mu),
    [bolus.uncertain ? `+ ${words.uncertain(bolus.uncertain)}` : "", "doubt"],
    [
      words.outcome(bolus) + (bolus.source === "link" ? " (by link)" : ""),
      isRefused(bolus) || isInterrupted(bolus) ? "short" : "",
    ],
  ]);
  const alarms = history.alarms.filter((alarm) => within(alarm.raised)).map((alarm): Cell[] => [
    words.clock(alarm.raised),
    [words.plain(alarm.alarm), alarm.priority],
    words.acknowledged(alarm),
    words.over(alarm),
  ]);
  const place = make("section", "day");
  place.append(
    title,
    plotOf(history, { start, end: start + DAY_MS }),
    tables(
      table("Boluses", ["Time", "Asked, U", "Given, U", "", "Outcome"], boluses),
      table("Alarms", ["Time", "Alarm", "Acknowledged", "Over"], alarms),
      table("Without delivery", ["From", "To", "For", "Why"], withoutDelivery(history, within)),
    ),
    hours(history, day, unit),
  );
  return place;
}

/** The plot of a day as a table. */
function hours(history: History, day: Day, unit: string): HTMLElement {
  const start = startOf(day.date);
  const spans = history.rates.flatMap((rate) => cut(rate, HOUR_MS).map((span) => ({ ...rate, ...span })));
  const levels = levelsOf(history, start);
  const rows = day.basal_by_hour.map((basal, hour) => {
    const from = start + hour * HOUR_MS;
    const rates = spans.filter((span) => span.start >= from && span.start < from + HOUR_MS && span.end > span.start);
    const seen = rates.map(({ rate_mu_h }) => rate_mu_h).filter((rate, at, all) => rate !== all[at - 1]);
    const bolus = day.bolus_by_hour[hour] as Amount;
    const left = levels[hour];
    return [
      `${String(hour).padStart(2, "0")}:00`,
      seen.map(words.units).join(", "),
      basal.steps ? words.amount(basal) : "",
      bolus.steps ? words.amount(bolus) : "",
      !left || left.steps === null ? "–" : words.amount({ steps: left.steps, mu: left.mu }),
    ];
  });
  const heads = ["Hour", "Rate in force, U/h", `Basal, ${unit}`, `Bolus, ${unit}`, `Reservoir at its end, ${unit}`];
  return folded(table(`The hours of ${words.dayName(start)}`, heads, rows, FOR_EARS));
}

/** What was left in the reservoir at the end of each hour of a day, as far as it is known. */
function levelsOf({ levels }: History, start: number): (History["levels"][number] | undefined)[] {
  const earlier = levels.filter(({ at }) => at < start).sort((one, other) => dayOf(one.at) - dayOf(other.at));
  const ofDay = levels.filter(({ at }) => dayOf(at) === dayOf(start));
  let before = earlier.at(-1);
  return Array.from({ length: 24 }, (_, hour) => {
    const found = ofDay.filter(({ at }) => Math.floor((at - start) / HOUR_MS) === hour).at(-1);
    before = found ?? before;
    return before;
  });
}

function withoutDelivery(history: History, within: (at: number) => boolean): string[][] {
  const stops = history.stops.flatMap((stop) => cut(stop, DAY_MS).map((span) => ({ ...stop, ...span })));
  const offs = history.offs.flatMap((off) =>
    off.known && off.end >= off.start ? cut(off, DAY_MS).map((span) => ({ ...off, ...span })) : [off],
  );
  const row = ({ start, end }: { start: number; end: number }, known: boolean, why: string) => [
    words.clock(start),
    known ? words.clock(end) : "?",
    known ? words.duration((end - start) / 1000) : "?",
    why,
  ];
  return [
    ...stops.filter(({ start }) => within(start)).map((stop) => row(stop, true, words.stop(stop))),
    ...offs.filter(({ start }) => within(start)).map((off) => row(off, off.known, words.off(off))),
  ];
}

function commands(): HTMLElement {
  const place = make("div", "commands");
  place.append(
    make(
      "p",
      "note",
      "Save the log, and two commands make the same report into a page of its own, whose plots can be looked into:",
    ),
    make("pre", "", "basalt import basalt-log.json --store pump.db\nbasalt report --store pump.db --out pump.html"),
  );
  return place;
}

// Building blocks

function section(title: string, ...parts: HTMLElement[]): HTMLElement {
  const place = make("section", "");
  place.append(make("h3", "", title), ...parts);
  return place;
}

/** The table behind a plot, for who wants the numbers. */
function folded(part: HTMLElement | undefined): HTMLElement {
  const place = make("details", "");
  place.append(make("summary", "", "The plot as a table"), tables(part));
  return place;
}

function tables(...parts: (HTMLElement | undefined)[]): HTMLElement {
  const place = make("div", "tables");
  place.append(...parts.filter((part) => part !== undefined));
  return place;
}

/** A table under its title; nothing when it has no rows. A title that stands above it already is FOR_EARS. */
function table(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  captionClass = "",
): HTMLElement | undefined {
  if (!rows.length) return undefined;
  const frame = make("div", "table");
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", title);
  const grid = make("table");
  grid.append(make("caption", captionClass, title));
  if (heads.length) {
    const top = make("thead");
    const row = make("tr");
    for (const text of heads) {
      const cell = make(text ? "th" : "td", "", text);
      if (text) cell.setAttribute("scope", "col");
      row.append(cell);
    }
    top.append(row);
    grid.append(top);
  }
  const body = make("tbody");
  for (const cells of rows) {
    const row = make("tr");
    row.append(...cells.map((cell) => (Array.isArray(cell) ? make("td", cell[1], cell[0]) : make("td", "", String(cell)))));
    body.append(row);
  }
  grid.append(body);
  frame.append(grid);
  return frame;
}

function doubt(bounds: string): HTMLElement {
  return make("span", "doubt", bounds && `+ ${bounds}`);
}

function startOf(date: string): number {
  return momentOf(`${date}T00:00:00`);
}

function momentOf(local: string): number {
  return Date.parse(`${local}Z`);
}

function make(tag: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
