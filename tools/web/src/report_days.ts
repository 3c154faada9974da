// The days of the report: the table of all, how to read them, and each with its plot, tables and remarks.

import { type Amount, cut, dayOf, type Figures, offsByDay } from "./figures.ts";
import { DAY_MS, type History, HOUR_MS, isInterrupted, isRefused } from "./history.ts";
import { KEY, plotOf } from "./report_plot.ts";
import { type Cell, folded, make, note, section, startOf, table, tables, titled } from "./report_parts.ts";
import * as words from "./report_words.ts";

export const MOST_DAYS = 92; // the newest of which each is shown, as in the page of `basalt report`

type Day = Figures["days"][number];

/** Whether the log tells anything of a day but what was left in the reservoir. */
export function isShown(history: History, day: Day): boolean {
  return day.covered_s > 0 || history.notes.some(({ at }) => dayOf(at) === dayOf(startOf(day.date)));
}

export function daySections(history: History, figures: Figures, unit: string): HTMLElement[] {
  const filled = figures.days.filter((day) => isShown(history, day));
  const shown = filled.slice(-MOST_DAYS);
  return [
    section("Day by day", allDays(history, figures, filled.length > MOST_DAYS ? shown : figures.days, unit)),
    section("How to read the days", howToRead(filled.length - shown.length, shown.length)),
    ...shown.map((day) => oneDay(history, day, unit)),
  ];
}

function allDays(history: History, figures: Figures, days: readonly Day[], unit: string): HTMLElement {
  const heads = [
    ...["Day", `Total, ${unit}`, "", "Basal", "Bolus", "Basal share", "Boluses", "Cut short", "Refused"],
    ...["Alarms", "No delivery", "Reservoir changes"],
  ];
  // No links to the days: the part of the address that they would use holds a shared session.
  const place = make("div");
  const rows = days.map((day) => rowOf(history, day));
  place.append(table("Day by day", heads, rows));
  if (figures.days.some((day) => !day.whole)) {
    const part = "* The log covers only a part of this day (paler in the plot of your days); it is not in the averages.";
    place.append(note(part));
  }
  place.append(...underWay(history, figures, unit));
  return place;
}

function rowOf(history: History, day: Day): Cell[] {
  const name = words.dayName(startOf(day.date));
  if (!isShown(history, day)) return [name, "no records"];
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
}

function underWay(history: History, figures: Figures, unit: string): HTMLElement[] {
  return history.under_way.map(({ kind, since }, at) => {
    const most = figures.under_way[at]?.most ?? null;
    const text = `${kind} since ${words.clock(since)}, at most ${words.amount(most)} ${unit}`;
    return note(`When the log was read: ${text}, not yet confirmed and in no total.`);
  });
}

function howToRead(older: number, shown: number): HTMLElement {
  const place = make("div");
  const list = make("ul", "key");
  for (const [mark, text] of KEY) {
    const item = make("li");
    const icon = make("span");
    icon.innerHTML = `<svg viewBox="0 0 22 14" aria-hidden="true">${mark}</svg>`;
    item.append(icon, make("span", "", text));
    list.append(item);
  }
  const others =
    ` The newest ${shown} days are shown one by one; the others are in the table by month above, and with ` +
    "`--since` and `--until` in a report of their own.";
  const clock = "Times are those of the pump's clock. Where it was not set, they are counted from when it was.";
  place.append(list, note(clock + (older ? others : "")));
  return place;
}

function oneDay(history: History, day: Day, unit: string): HTMLElement {
  const start = startOf(day.date);
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
  const place = make("section", "day");
  place.append(
    title,
    plotOf(history, { start, end: start + DAY_MS }),
    tables(...tablesOf(history, start)),
    folded("The plot as a table", hours(history, day, unit)),
  );
  return place;
}

/** What happened on a day; what did not has no table. */
function tablesOf(history: History, start: number): HTMLElement[] {
  const within = (at: number) => dayOf(at) === dayOf(start);
  const boluses = history.boluses.filter((bolus) => within(bolus.start)).map((bolus): Cell[] => [
    words.clock(bolus.start),
    words.dose(bolus.asked_mu),
    words.dose(bolus.given_mu),
    [bolus.uncertain ? `+ ${words.uncertain(bolus.uncertain)}${history.in_units ? "" : " steps"}` : "", "doubt"],
    [
      words.outcome(bolus) + words.extended(bolus) + words.calculated(bolus) + (bolus.source === "link" ? " (by link)" : ""),
      isRefused(bolus) || isInterrupted(bolus) ? "short" : "",
    ],
  ]);
  const alarms = history.alarms.filter((alarm) => within(alarm.raised)).map((alarm): Cell[] => [
    words.clock(alarm.raised),
    [words.plain(alarm.alarm), alarm.priority],
    words.acknowledged(alarm),
    words.over(alarm),
  ]);
  const told: [string, string[], readonly (readonly Cell[])[]][] = [
    ["Boluses", ["Time", "Asked, U", "Given, U", "", "Outcome"], boluses],
    ["Alarms", ["Time", "Alarm", "Acknowledged", "Over"], alarms],
    ["Without delivery", ["From", "To", "For", "Why"], withoutDelivery(history, within)],
  ];
  const found = told.filter(([, , rows]) => rows.length).map(([name, heads, rows]) => titled(name, table(name, heads, rows)));
  const remarks = words.remarks(history, start, start + DAY_MS);
  return remarks.length ? [...found, titled("Also on this day", remarkList(remarks))] : found;
}

function remarkList(remarks: readonly [string, string, string][]): HTMLElement {
  const list = make("ul", "remarks");
  for (const [time, text, severity] of remarks) list.append(make("li", severity === "fault" ? "short" : "", `${time} ${text}`));
  return list;
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
  return table(`The hours of ${words.dayName(start)}`, heads, rows);
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
  const row = ({ start, end }: { start: number; end: number }, known: boolean, why: string) => [
    words.clock(start),
    known ? words.clock(end) : "?",
    known ? words.duration((end - start) / 1000) : "?",
    why,
  ];
  return [
    ...stops.filter(({ start }) => within(start)).map((stop) => row(stop, true, words.stop(stop))),
    ...offsByDay(history).filter(({ start }) => within(start)).map((off) => row(off, off.known, words.off(off))),
  ];
}
