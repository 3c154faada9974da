// The plots of the report in the page: the whole log or a day of it, all days as bars, the hours of the clock.

import { type Amount, type Day, dosesByHour, type Figures } from "./figures.ts";
import { type Bolus, type History, HOUR_MS, isRefused, type Span } from "./history.ts";
import * as words from "./report_words.ts";

const WIDE = { width: 960, labels: 14, ticks: 8, hours: 3 };
const NARROW = { width: 440, labels: 4, ticks: 5, hours: 6 };
const [LEFT, RIGHT, TOP, HEIGHT, FLOOR] = [52, 22, 16, 230, 204];
const [TANK_TOP, TANK_FLOOR] = [242, 286]; // of what is left in the reservoir, under the hours
const SECOND = 1_000;
const TICKS_S = [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];
const DAY_S = 86_400;
const LEAST_TOP_MU_H = 1_200;
const LEAST_TOP_MU = 1_000;
const LEAST_DAYS = 7; // a bar is no wider than in a week
const MOST_TOLD = 14; // of the days to who cannot see the bars
const BARS_LEGEND = '<span class="k-rate">basal</span><span class="k-bolus">bolus</span>';
const ALARMS: Record<string, (x: number, y: number) => string> = {
  high: (x, y) => `M${x} ${y - 6}l6 11h-12z`,
  medium: (x, y) => `M${x} ${y - 6}l6 6-6 6-6-6z`,
  low: (x, y) => `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0-10 0z`,
};

/** A phone gets a narrow drawing, so that its letters can be read. */
function shape(): typeof WIDE {
  return matchMedia("(max-width: 760px)").matches ? NARROW : WIDE;
}

/** The marks of a day's plot, each drawn 22 by 14, and what they say. */
export const KEY: readonly (readonly [mark: string, text: string])[] = [
  ['<path class="p-bolus" d="M11 14V5"/><circle class="p-head" cx="11" cy="4" r="3.5"/>', "bolus given"],
  ['<path class="p-asked" d="M11 14V8"/><circle class="p-ring" cx="11" cy="5" r="4"/>', "bolus asked for"],
  ['<path class="p-refused" d="M7 3l8 8M15 3l-8 8"/>', "bolus refused"],
  ['<rect class="p-rate" x="2" y="4" width="18" height="10"/>', "basal given in the hour"],
  ['<path class="p-line" d="M1 9h10V4h10"/>', "basal rate in force"],
  ['<rect class="p-stop" x="4" y="0" width="14" height="14"/>', "no delivery"],
  ['<rect class="p-off" x="4" y="1" width="14" height="12"/>', "without power"],
  ['<rect class="p-doubt" x="8" y="0" width="6" height="14"/>', "uncertain"],
  [alarm("high", 11, 7), "alarm, high"],
  [alarm("medium", 11, 7), "medium"],
  [alarm("low", 11, 7), "low priority"],
];

/** The whole log, or what is within a day of it. */
export function plotOf(all: History, day?: Span): HTMLElement {
  const { width, ticks: most } = shape();
  // Young logs begin before anybody has set the clock: the plot begins when it was.
  const from = day?.start ?? Math.min(...all.rates.map(({ start }) => start), all.covered.at(-1)?.start ?? 0);
  const to = day?.end ?? all.covered.at(-1)?.end ?? from;
  const history = within(all, day ?? { start: from, end: to + 1 });
  const span = Math.max(60 * SECOND, to - from);
  const x = (at: number) => LEFT + (Math.min(span, Math.max(at, from) - from) / span) * (width - LEFT - RIGHT);
  const hours = new Map([...basalByHour(history)].filter(([at]) => at + HOUR_MS > from));
  const mostRate = Math.max(LEAST_TOP_MU_H, ...history.rates.map((rate) => rate.rate_mu_h), ...hours.values());
  const mostBolus = Math.max(LEAST_TOP_MU, ...history.boluses.map((one) => Math.max(one.asked_mu ?? 0, one.given_mu ?? 0)));
  const rateY = (mu: number) => FLOOR - (mu / mostRate) * (FLOOR - TOP) * 0.45;
  const bolusY = (mu: number) => FLOOR - (mu / mostBolus) * (FLOOR - TOP) * 0.9;
  const box = (name: string, start: number, end: number, y: number, least: number, title = "") =>
    `<rect class="${name}" x="${x(start)}" y="${y}" width="${Math.max(least, x(end) - x(start))}" height="${FLOOR - y}">` +
    `<title>${title}</title></rect>`;
  const parts = [
    ...history.stops.map((stop) => box("p-stop", stop.start, stop.end, TOP, 2, words.stop(stop))),
    ...history.offs.map((off) => box("p-off", off.start, off.known ? off.end : off.start, TOP, 2, words.off(off))),
    ...history.uncertain.map((found) => box("p-doubt", found.start, found.end, TOP, 3, words.kind(found))),
    ...[...hours].map(([at, mu]) => box("p-rate", at, at + HOUR_MS, rateY(mu), 1, `${words.units(mu)} U of basal`)),
    ...history.rates.map(({ start, end, rate_mu_h }) => `<path class="p-line" d="M${x(start)} ${rateY(rate_mu_h)}H${x(end)}"/>`),
    ...history.boluses.map((bolus) => bolusMark(bolus, x(bolus.start), bolusY)),
    ...history.alarms.map((one) => alarm(one.priority, x(one.raised), 9, `${words.clock(one.raised)} ${words.plain(one.alarm)}`)),
    `<path class="p-axis" d="M${LEFT} ${FLOOR}H${width - RIGHT}"/>`,
    ...ticks(from, from + span, most).map(
      (at) => `<path class="p-axis" d="M${x(at)} ${FLOOR}v5"/>${label(x(at), FLOOR + 19, words.clock(at), "middle")}`,
    ),
    label(LEFT - 6, rateY(1_000) + 4, "1 U/h"),
    history.boluses.length ? label(LEFT - 6, bolusY(mostBolus) + 4, `${words.units(mostBolus)} U`) : "",
  ];
  const tank = day ? tankOf(all, day, x) : [];
  const begun = history.boluses.filter((bolus) => !isRefused(bolus)).length;
  const spoken =
    `From ${words.clock(from)} to ${words.clock(to)}: ${words.count(begun, "bolus", "boluses")}, ` +
    `${words.count(history.stops.length, "stretch", "stretches")} without delivery, ` +
    `${words.count(history.alarms.length, "alarm")}, ` +
    `${words.count(history.uncertain.length, "uncertain stretch", "uncertain stretches")}.`;
  return figureOf(spoken, [...parts, ...tank], "", tank.length ? TANK_FLOOR + 4 : HEIGHT);
}

/** What was left in the reservoir in the course of a day; nothing where the pump never knew. */
function tankOf({ levels, rates, stops, in_units }: History, day: Span, x: (at: number) => number): string[] {
  const own = levels.filter(({ at }) => at >= day.start && at < day.end);
  const before = levels.filter(({ at }) => at < day.start).at(-1);
  const found = before ? [{ ...before, at: day.start }, ...own] : own;
  const value = ({ steps, mu }: History["levels"][number]) => (steps !== null && in_units ? mu : steps);
  const most = Math.max(0, ...found.map((one) => value(one) ?? 0));
  if (!most) return [];
  const ends = [...rates, ...stops].map(({ end }) => Math.min(end, day.end)).filter((end) => end > day.start);
  const last = Math.max(...ends, ...found.map(({ at }) => at));
  const boxes = found.map((one, index) => {
    const tall = ((value(one) ?? 0) / most) * (TANK_FLOOR - TANK_TOP);
    const [from, to] = [x(one.at), x(found[index + 1]?.at ?? last)];
    return `<rect class="p-left" x="${from}" y="${TANK_FLOOR - tall}" width="${Math.max(0, to - from)}" height="${tall}"/>`;
  });
  const full = in_units ? `${Math.round(most / 1000)} U` : String(most);
  const axis = `<path class="p-axis" d="M${LEFT} ${TANK_FLOOR}H${shape().width - RIGHT}"/>`;
  return [...boxes, axis, label(LEFT - 6, TANK_TOP + 10, full), label(LEFT - 6, TANK_FLOOR, "left")];
}

/** What was asked for, where it was more, behind what was given; a cross where it was refused. */
function bolusMark(bolus: Bolus, x: number, y: (mu: number) => number): string {
  const [asked, given] = [bolus.asked_mu ?? 0, bolus.given_mu ?? 0];
  const doses = `asked ${words.dose(bolus.asked_mu)} U, given ${words.dose(bolus.given_mu)} U`;
  const title = `<title>${words.clock(bolus.start)} bolus: ${doses}; ${words.outcome(bolus)}${words.extended(bolus)}</title>`;
  if (isRefused(bolus)) return `<path class="p-refused" d="M${x - 5} ${y(asked) - 5}l10 10m0-10l-10 10">${title}</path>`;
  const ring =
    asked > given
      ? `<path class="p-asked" d="M${x} ${y(given)}V${y(asked) + 5}"/><circle class="p-ring" cx="${x}" cy="${y(asked)}" r="5"/>`
      : "";
  return `<g>${title}${ring}<path class="p-bolus" d="M${x} ${FLOOR}V${y(given)}"/><circle class="p-head" cx="${x}" cy="${y(given)}" r="4.5"/></g>`;
}

function alarm(priority: string, x: number, y: number, title = ""): string {
  return `<path class="p-${priority}" d="${(ALARMS[priority] ?? ALARMS["low"])?.(x, y)}"><title>${title}</title></path>`;
}

function label(x: number, y: number, text: string, anchor = "end"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;
}

/** Milliunits of basal by the beginning of the hour. */
function basalByHour(history: History): Map<number, number> {
  const found = new Map<number, number>();
  for (const { kind, start, mu } of dosesByHour(history)) {
    const hour = Math.floor(start / HOUR_MS) * HOUR_MS;
    if (kind === "basal" && mu !== null) found.set(hour, (found.get(hour) ?? 0) + mu);
  }
  return found;
}

/** What was given on each day: basal, bolus on top of it, and what is uncertain at most above both. */
export function dailyPlotOf(days: readonly Day[]): HTMLElement {
  const { width, labels } = shape();
  const in_units = days.every((day) => day.total.mu !== null);
  const value = (one: Amount) => (in_units ? (one.mu ?? 0) : one.steps);
  const heights = days.map((day) => [day.basal, day.bolus, day.uncertain_dose.most].map(value) as [number, number, number]);
  const most = Math.max(1, ...heights.map(([basal, bolus, doubt]) => basal + bolus + doubt));
  const step = (width - LEFT - RIGHT) / Math.max(LEAST_DAYS, days.length);
  const tall = (amount: number) => (amount / most) * (FLOOR - TOP - 8);
  const bar = (name: string, at: number, amount: number, below: number) =>
    `<rect class="${name}" x="${LEFT + (at + 0.2) * step}" y="${FLOOR - tall(below + amount)}" width="${step * 0.6}" height="${tall(amount)}"/>`;
  const every = Math.ceil(Math.max(LEAST_DAYS, days.length) / labels);
  const parts = days.map((day, at) => {
    const [basal, bolus, doubt] = heights[at] as [number, number, number];
    const middle = LEFT + (at + 0.5) * step;
    const name = words.dayName(Date.parse(`${day.date}T00:00:00Z`));
    const marks = [bar("p-basal", at, basal, 0), bar("p-head", at, bolus, basal), bar("p-doubt", at, doubt, basal + bolus)];
    if (at % every === 0) marks.push(label(middle, FLOOR + 19, name, "middle"));
    if (every <= 2) marks.push(label(middle, FLOOR - tall(basal + bolus + doubt) - 5, words.amount(day.total), "middle"));
    return `<g${day.whole ? "" : ' class="p-part"'}>${marks.join("")}</g>`;
  });
  parts.push(`<path class="p-axis" d="M${LEFT} ${FLOOR}H${width - RIGHT}"/>`);
  const told = days.slice(-MOST_TOLD).map((day) => `${day.date} ${words.amount(day.total)}`);
  return figureOf(`Given on each day, ${in_units ? "units" : "steps"}: ${told.join(", ")}.`, parts, BARS_LEGEND);
}

/** What was given in each hour of the clock on an average day: basal, and bolus on top of it. */
export function hoursPlotOf({ by_hour_of_day: hours, summary }: Figures): HTMLElement {
  const { width, hours: every } = shape();
  const most = Math.max(1, ...hours.map((row) => row.basal_steps + row.bolus_steps));
  const step = (width - LEFT - RIGHT) / 24;
  const tall = (steps: number) => (steps / most) * (FLOOR - TOP - 8);
  const bar = (name: string, hour: number, steps: number, below: number) =>
    `<rect class="${name}" x="${LEFT + (hour + 0.1) * step}" y="${FLOOR - tall(below + steps)}" width="${step * 0.8}" height="${tall(steps)}"/>`;
  const parts = [
    ...hours.map((row) => bar("p-basal", row.hour, row.basal_steps, 0)),
    ...hours.map((row) => bar("p-head", row.hour, row.bolus_steps, row.basal_steps)),
    `<path class="p-axis" d="M${LEFT} ${FLOOR}H${width - RIGHT}"/>`,
    ...Array.from({ length: 24 / every + 1 }, (_, at) => at * every).map((hour) =>
      label(LEFT + hour * step, FLOOR + 19, `${String(hour).padStart(2, "0")}:00`, "middle"),
    ),
  ];
  const days = Math.max(1, summary.days);
  const average = (steps: number, mu: number | null) =>
    words.amount({ steps: Math.round(steps / days), mu: mu === null ? null : mu / days });
  const busiest = hours.find((row) => row.basal_steps + row.bolus_steps === most);
  const spoken = busiest
    ? `Most was given in the hour from ${String(busiest.hour).padStart(2, "0")}:00, on an average day ` +
      `${average(busiest.basal_steps, busiest.basal_mu)} of basal and ` +
      `${average(busiest.bolus_steps, busiest.bolus_mu)} of bolus.`
    : "Nothing was given.";
  if (busiest) {
    const mu = busiest.basal_mu === null ? null : busiest.basal_mu + (busiest.bolus_mu ?? 0);
    parts.push(label(LEFT - 6, TOP + 12, average(most, mu)));
  }
  return figureOf(spoken, parts, BARS_LEGEND);
}

function figureOf(spoken: string, parts: readonly string[], legend = "", height = HEIGHT): HTMLElement {
  const figure = document.createElement("figure");
  figure.className = "plot";
  figure.innerHTML =
    `<svg viewBox="0 0 ${shape().width} ${height}" role="img" aria-label="${spoken}">${parts.join("")}</svg>` +
    (legend && `<figcaption>${legend}</figcaption>`);
  return figure;
}

/** What a plot shows of a stretch. */
function within(history: History, { start: from, end: to }: Span): History {
  const touches = ({ start, end }: Span) => end > from && start < to;
  const begins = ({ start }: { start: number }) => start >= from && start < to;
  return {
    ...history,
    doses: history.doses.filter(touches),
    rates: history.rates.filter(touches),
    stops: history.stops.filter(touches),
    offs: history.offs.filter(touches),
    boluses: history.boluses.filter(begins),
    uncertain: history.uncertain.filter(({ start, end }) => end >= from && start < to),
    alarms: history.alarms.filter(({ raised }) => raised >= from && raised < to),
  };
}

function ticks(from: number, to: number, most: number): number[] {
  const wanted = (to - from) / most / SECOND;
  const step = (TICKS_S.find((seconds) => seconds >= wanted) ?? DAY_S * Math.ceil(wanted / DAY_S)) * SECOND;
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}
