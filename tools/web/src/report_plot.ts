// The plot of the report in the page: rates, boluses, stops, doubts and alarms over the whole log.

import type { Figures } from "./figures.ts";
import { type History, isRefused, type Span } from "./history.ts";
import { amount, clock, count } from "./report_words.ts";

const SIZE = { left: 46, right: 12, top: 14, bottom: 26, width: 960, height: 230 };
const SECOND = 1_000;
const TICKS_S = [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];
const DAY_S = 86_400;
const LEAST_TOP_MU_H = 1_200;
const LEGEND =
  '<span class="k-rate">basal rate</span><span class="k-bolus">bolus</span><span class="k-stop">no delivery</span>' +
  '<span class="k-doubt">uncertain</span><span class="k-alarm">alarm</span>';
const HOURS_LEGEND = '<span class="k-rate">basal</span><span class="k-bolus">bolus</span>';

/** The whole log, or what is within a day of it. */
export function plotOf(all: History, day?: Span): HTMLElement {
  const { left, right, top, bottom, width, height } = SIZE;
  // Young logs begin before anybody has set the clock: the plot begins when it was.
  const from = day?.start ?? Math.min(...all.rates.map(({ start }) => start), all.covered.at(-1)?.start ?? 0);
  const to = day?.end ?? all.covered.at(-1)?.end ?? from;
  const history = day ? within(all, day) : all;
  const span = Math.max(60 * SECOND, to - from);
  const x = (at: number) => left + (Math.min(span, Math.max(at, from) - from) / span) * (width - left - right);
  const floor = height - bottom;
  const boluses = history.boluses.filter((bolus) => !isRefused(bolus));
  const mostRate = Math.max(LEAST_TOP_MU_H, ...history.rates.map((rate) => rate.rate_mu_h));
  const mostBolus = Math.max(1, ...boluses.map((bolus) => bolus.given_steps));
  const rateY = (mu: number) => floor - (mu / mostRate) * (floor - top) * 0.45;
  const box = (name: string, start: number, end: number, y: number, least: number) =>
    `<rect class="${name}" x="${x(start)}" y="${y}" width="${Math.max(least, x(end) - x(start))}" height="${floor - y}"/>`;
  const parts = [
    ...history.stops.map(({ start, end }) => box("p-stop", start, end, top, 2)),
    ...history.rates.map((rate) => box("p-rate", rate.start, rate.end, rateY(rate.rate_mu_h), 1)),
    ...history.uncertain.map(({ end }) => `<path class="p-doubt" d="M${x(end)} ${top}V${floor}"/>`),
    ...boluses.map((bolus) => {
      const y = floor - (bolus.given_steps / mostBolus) * (floor - top) * 0.9;
      const at = x(bolus.start);
      return `<path class="p-bolus" d="M${at} ${floor}V${y}"/><circle class="p-head" cx="${at}" cy="${y}" r="4.5"/>`;
    }),
    ...history.alarms
      .filter(({ priority, raised }) => priority !== "low" && raised >= from)
      .map(({ raised }) => `<path class="p-alarm" d="M${x(raised)} ${top - 8}l6 10h-12z"/>`),
    `<path class="p-axis" d="M${left} ${floor}H${width - right}"/>`,
    ...ticks(from, from + span).map(
      (at) =>
        `<path class="p-axis" d="M${x(at)} ${floor}v5"/><text x="${x(at)}" y="${floor + 19}" text-anchor="middle">${clock(at)}</text>`,
    ),
    `<text x="${left - 6}" y="${rateY(1_000) + 4}" text-anchor="end">1 U/h</text>`,
  ];
  const spoken =
    `From ${clock(from)} to ${clock(to)}: ${count(boluses.length, "bolus", "boluses")}, ` +
    `${count(history.stops.length, "stretch", "stretches")} without delivery, ` +
    `${count(history.alarms.length, "alarm")}, ${count(history.uncertain.length, "uncertain stretch", "uncertain stretches")}.`;
  return figureOf(spoken, parts, day ? "" : LEGEND);
}

/** What was given in each hour of the clock, over all days: basal, and bolus on top of it. */
export function hoursPlotOf({ by_hour_of_day: hours }: Figures): HTMLElement {
  const { left, right, top, bottom, width, height } = SIZE;
  const floor = height - bottom;
  const most = Math.max(1, ...hours.map((row) => row.basal_steps + row.bolus_steps));
  const step = (width - left - right) / 24;
  const tall = (steps: number) => (steps / most) * (floor - top);
  const bar = (name: string, hour: number, steps: number, below: number) =>
    `<rect class="${name}" x="${left + (hour + 0.1) * step}" y="${floor - tall(below + steps)}" width="${step * 0.8}" height="${tall(steps)}"/>`;
  const parts = [
    ...hours.map((row) => bar("p-rate", row.hour, row.basal_steps, 0)),
    ...hours.map((row) => bar("p-head", row.hour, row.bolus_steps, row.basal_steps)),
    `<path class="p-axis" d="M${left} ${floor}H${width - right}"/>`,
    ...[0, 3, 6, 9, 12, 15, 18, 21, 24].map(
      (hour) =>
        `<text x="${left + hour * step}" y="${floor + 19}" text-anchor="middle">${String(hour).padStart(2, "0")}:00</text>`,
    ),
  ];
  const busiest = hours.find((row) => row.basal_steps + row.bolus_steps === most);
  const spoken = busiest
    ? `Most was given in the hour from ${String(busiest.hour).padStart(2, "0")}:00: ` +
      `${amount({ steps: busiest.basal_steps, mu: busiest.basal_mu })} of basal, ` +
      `${amount({ steps: busiest.bolus_steps, mu: busiest.bolus_mu })} of bolus.`
    : "Nothing was given.";
  if (busiest) {
    const given = { steps: most, mu: busiest.basal_mu === null ? null : busiest.basal_mu + (busiest.bolus_mu ?? 0) };
    parts.push(`<text x="${left - 6}" y="${top + 4}" text-anchor="end">${amount(given)}</text>`);
  }
  return figureOf(spoken, parts, HOURS_LEGEND);
}

function figureOf(spoken: string, parts: readonly string[], legend: string): HTMLElement {
  const figure = document.createElement("figure");
  figure.className = "plot";
  figure.innerHTML =
    `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${spoken}">${parts.join("")}</svg>` +
    (legend && `<figcaption>${legend}</figcaption>`);
  return figure;
}

/** What a plot shows of a stretch. */
function within(history: History, { start: from, end: to }: Span): History {
  const touches = ({ start, end }: Span) => end > from && start < to;
  return {
    ...history,
    rates: history.rates.filter(touches),
    stops: history.stops.filter(touches),
    boluses: history.boluses.filter(({ start }) => start >= from && start < to),
    uncertain: history.uncertain.filter(({ end }) => end >= from && end < to),
    alarms: history.alarms.filter(({ raised }) => raised >= from && raised < to),
  };
}

function ticks(from: number, to: number): number[] {
  const wanted = (to - from) / 8 / SECOND;
  const step = (TICKS_S.find((seconds) => seconds >= wanted) ?? DAY_S * Math.ceil(wanted / DAY_S)) * SECOND;
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}
