// The figures of a log, named and shaped as `basalt report --json` prints them; a test holds the two against each other.
//
// Amounts are motor steps and milliunits; a dose is what the log confirms, and what is uncertain is part of no sum.

import {
  type Alarm,
  type Bolus,
  DAY_MS,
  type Dose,
  type History,
  HOUR_MS,
  isEmptyMove,
  isInterrupted,
  isRefused,
  type Missing,
  newHistory,
  type Off,
  overrideOf,
  type Span,
  type Stop,
  type Temporary,
  type Uncertain,
} from "./history.ts";
import { nearest } from "./numbers.ts";

// A day that the log covers but for an hour counts in averages; so does a day of 23 h in spring.
const WHOLE_DAY_S = 23 * 3600 - 60;
const SOON_S = 300; // an alarm acknowledged within five minutes was heard
const CHANGE_EVERY_MS = 3 * DAY_MS; // as makers of reservoirs and infusion sets ask
const MOST_EMPTY_DAYS = 31; // a longer stretch without records is not drawn out over its days
const PRIORITIES = ["high", "medium", "low"];
// (name, from, to): when most people eat, in minutes after midnight.
const MEALS = [
  ["breakfast", 300, 630],
  ["lunch", 660, 900],
  ["dinner", 1020, 1290],
] as const;

export interface Amount {
  steps: number;
  mu: number | null;
}

export interface Bounds {
  least: Amount;
  most: Amount;
}

export type Figures = ReturnType<typeof figuresOf>;
export type Day = ReturnType<typeof dayFigures>;
export type BolusRow = ReturnType<typeof bolusRow>;
export type AlarmRow = ReturnType<typeof alarmRow>;
export type StopRow = ReturnType<typeof stopRow>;

export function figuresOf(history: History) {
  const pieces = dosesByHour(history);
  const found = daysOf(history, pieces);
  const days = withEmptyDays(found);
  const changes = changesOf(history);
  const habitsOfChange = changeHabits(changes);
  const summary = summaryOf(history, found);
  const [first, last] = [found[0]?.number ?? 0, found.at(-1)?.number ?? -1];
  return {
    records: history.records,
    unknown_events: history.unknown_events,
    odometer_checks: history.odometer_checks,
    odometer_differences: history.odometer_differences,
    summary,
    days,
    months: monthsOf(found),
    by_hour_of_day: clockHours(history, pieces),
    boluses_by_kind: bolusKinds(history),
    alarms_by_kind: alarmKinds(history),
    stops_by_reason: stopReasons(history),
    changes: changes.map(({ kind, start, since_ms, mu }) => ({
      what: kind,
      at: local(start),
      since_s: since_ms === null ? null : Math.floor(since_ms / 1000),
      mu,
    })),
    change_habits: habitsOfChange,
    clock_changes: history.clock_changes
      .filter(({ at }) => dayOf(at) >= first && dayOf(at) <= last)
      .map((one) => ({ ...one, at: local(one.at) })),
    temporary_basals: history.temporaries.filter(({ start }) => dayOf(start) >= first && dayOf(start) <= last).map(temporaryRow),
    extended_boluses: history.boluses
      .filter(({ start }) => dayOf(start) >= first && dayOf(start) <= last)
      .flatMap(extendedRow),
    habits: habitsOf(history, summary, days.length, habitsOfChange),
    missing: history.missing.map(missingRow),
    under_way: history.under_way.map((one) => ({
      kind: one.kind,
      since: local(one.since),
      most: { steps: one.most_steps, mu: one.most_mu },
    })),
  };
}

/** A wall clock time as YYYY-MM-DDTHH:MM:SS. */
export function local(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

export const dayOf = (ms: number) => Math.floor(ms / DAY_MS);
const dateOf = (number: number) => new Date(number * DAY_MS).toISOString().slice(0, 10);
const secondsOf = ({ start, end }: Span) => nearest((end - start) / 1000);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => (values.length ? sum(values) / values.length : null);

function total(parts: readonly Amount[]): Amount {
  const known = parts.every((part) => part.mu !== null);
  return {
    steps: sum(parts.map((part) => part.steps)),
    mu: known ? sum(parts.map((part) => part.mu ?? 0)) : null,
  };
}

const plus = (one: Amount, other: Amount) => total([one, other]);

function share(basal: Amount, bolus: Amount): number | null {
  const steps = basal.steps + bolus.steps;
  return steps ? basal.steps / steps : null;
}

/** A stretch in pieces that do not cross a multiple of `length`; at least one. */
export function cut({ start, end }: Span, length: number): Span[] {
  const found: Span[] = [];
  for (let at = start; ; ) {
    const border = (Math.floor(at / length) + 1) * length;
    if (end <= border) return [...found, { start: at, end: Math.max(at, end) }];
    found.push({ start: at, end: border });
    at = border;
  }
}

/** All doses, cut at the hours of the clock. */
export function dosesByHour({ doses }: History): Dose[] {
  return doses.flatMap(byHour);
}

/** A dose in pieces of an hour: the steps of each are in proportion to its time. */
function byHour(dose: Dose): Dose[] {
  const length = Math.max(1, dose.end - dose.start);
  const spans = cut(dose, HOUR_MS);
  let before = 0;
  return spans.flatMap(({ start, end }, index) => {
    // What was made by the end of the piece, to the nearest step; the last one makes up the rest.
    const share = Math.floor((2 * dose.steps * (end - dose.start) + length) / (2 * length));
    const steps = (index === spans.length - 1 ? dose.steps : share) - before;
    before += steps;
    const mu = dose.mu === null ? null : (dose.mu * steps) / dose.steps;
    return steps > 0 ? [{ ...dose, start, end, steps, mu }] : [];
  });
}

/** Stretches without power, cut at midnight where their length is known and they are not endless. */
export function offsByDay({ offs }: History): Off[] {
  return offs.flatMap((off) =>
    off.known && off.end - off.start <= MOST_EMPTY_DAYS * DAY_MS
      ? cut(off, DAY_MS).map((span) => ({ ...off, ...span }))
      : [off],
  );
}

// Days

interface DayFacts {
  number: number;
  figures: Day;
  suspended_s: number;
  off_s: number;
  notes: number;
  meals: Set<string>;
}

function daysOf(history: History, pieces: readonly Dose[]): DayFacts[] {
  const stops = history.stops.flatMap((stop) => cut(stop, DAY_MS).map((span) => ({ ...stop, ...span })));
  const covered = history.covered.flatMap((span) => cut(span, DAY_MS));
  const offs = offsByDay(history);
  const rates = history.rates.flatMap((rate) => cut(rate, DAY_MS));
  const starts = [
    ...[...pieces, ...stops, ...covered, ...offs, ...rates, ...history.boluses, ...history.temporaries].map(
      (one) => one.start,
    ),
    ...[...history.moves, ...history.changes, ...history.uncertain].map((one) => one.start),
    ...history.alarms.map((alarm) => alarm.raised),
    ...[...history.notes, ...history.clock_changes, ...history.levels].map((one) => one.at),
    ...[...history.reminders, ...history.repeats],
    ...history.missing.filter(({ end }) => end > 0).map((one) => one.start),
  ];
  const numbers = new Set([...starts.map(dayOf), ...history.day_totals.keys()]);
  return [...numbers]
    .sort((one, other) => one - other)
    .map((number) => {
      const within = <T extends { start: number }>(all: readonly T[]) =>
        all.filter(({ start }) => dayOf(start) === number);
      const covered_s = sum(within(covered).map(secondsOf));
      const ofDay = within(stops);
      const figures = dayFigures(history, number, covered_s, within(pieces), ofDay);
      const suspended = ofDay.filter((stop) => stop.reason === "suspended");
      const known = within(offs).filter((off) => off.known);
      const notes = history.notes.filter(({ at }) => dayOf(at) === number).length;
      return {
        number,
        figures,
        suspended_s: sum(suspended.map(secondsOf)),
        off_s: sum(known.filter((off) => off.end - off.start <= DAY_MS).map(secondsOf)),
        notes,
        meals: mealsOf(within(history.boluses)),
      };
    });
}

function dayFigures(
  history: History,
  number: number,
  covered_s: number,
  pieces: readonly Dose[],
  stops: readonly Stop[],
) {
  const within = <T extends { start: number }>(all: readonly T[]) => all.filter(({ start }) => dayOf(start) === number);
  const dose = (kind: string, of: readonly Dose[] = pieces) => total(of.filter((piece) => piece.kind === kind));
  const [basal, bolus] = [dose("basal"), dose("bolus")];
  const hours = Array.from({ length: 24 }, (_, hour) =>
    pieces.filter(({ start }) => Math.floor((start % DAY_MS) / HOUR_MS) === hour),
  );
  const boluses = within(history.boluses);
  const whole = covered_s >= WHOLE_DAY_S;
  const eaten = mealsOf(boluses);
  const uncertain = within(history.uncertain);
  return {
    date: dateOf(number),
    covered_s,
    whole,
    meals_missed: whole ? MEALS.map(([name]) => name as string).filter((name) => !eaten.has(name)) : [],
    total: plus(basal, bolus),
    basal,
    bolus,
    basal_share: share(basal, bolus),
    uncertain_dose: doseBounds(uncertain),
    pump_total_mu: history.day_totals.get(number) ?? null,
    primed: total(within(history.moves).filter((move) => !isEmptyMove(move.kind))),
    stopped_s: sum(stops.map(secondsOf)),
    basal_by_hour: hours.map((of) => dose("basal", of)),
    bolus_by_hour: hours.map((of) => dose("bolus", of)),
    boluses: boluses.map(bolusRow),
    alarms: history.alarms.filter(({ raised }) => dayOf(raised) === number).map(alarmRow),
    stops: stops.map(stopRow),
    uncertain: uncertain.map(uncertainRow),
    reservoir_changes: within(history.changes).map((change) => ({
      at: local(change.start),
      reservoir_mu: change.reservoir_mu,
    })),
  };
}

/** The days in order, with the empty ones in short gaps. */
function withEmptyDays(found: readonly DayFacts[]): Day[] {
  const empty = (number: number) => dayFigures(NO_HISTORY, number, 0, [], []);
  return found.flatMap(({ number, figures }, index) => {
    const before = found[index - 1]?.number ?? number - 1;
    const between = number - before - 1;
    const gap = between <= MOST_EMPTY_DAYS ? between : 0;
    return [...Array.from({ length: gap }, (_, n) => empty(before + 1 + n)), figures];
  });
}

const NO_HISTORY = newHistory(0);

function mealsOf(boluses: readonly Bolus[]): Set<string> {
  const begun = boluses.filter((bolus) => !isRefused(bolus) && bolus.given_steps > 0);
  const minutes = begun.map(({ start }) => (start % DAY_MS) / 60_000);
  const eaten = MEALS.filter(([, from, to]) => minutes.some((minute) => minute >= from && minute < to));
  return new Set(eaten.map(([name]) => name));
}

function doseBounds(uncertain: readonly Uncertain[]): Bounds {
  const doubts = uncertain.filter(({ kind }) => ["basal", "bolus", "unknown"].includes(kind));
  return {
    least: total(doubts.map((one) => ({ steps: one.least_steps, mu: one.least_mu }))),
    most: total(doubts.map((one) => ({ steps: one.most_steps, mu: one.most_mu }))),
  };
}

// Over all days

function monthsOf(found: readonly DayFacts[]) {
  return grouped(found, ({ figures }) => figures.date.slice(0, 7)).map((group) => {
    const days = group.map(({ figures }) => figures);
    const whole = days.filter((day) => day.whole).map((day) => day.total);
    const boluses = days.flatMap((day) => day.boluses);
    const begun = boluses.filter(({ outcome }) => outcome !== "refused");
    return {
      month: (days[0] as Day).date.slice(0, 7),
      days: group.filter(isTold).length,
      whole_days: whole.length,
      average_mu: mean(whole.flatMap(({ mu }) => mu ?? [])),
      average_steps: mean(whole.map(({ steps }) => steps)),
      basal_steps: sum(days.map((day) => day.basal.steps)),
      bolus_steps: sum(days.map((day) => day.bolus.steps)),
      boluses: begun.length,
      interrupted: begun.filter(({ outcome }) => !["all_given", "under_way"].includes(outcome)).length,
      refused: boluses.length - begun.length,
      alarms: sum(days.map((day) => day.alarms.length)),
      changes: sum(days.map((day) => day.reservoir_changes.length)),
      stopped_s: sum(days.map((day) => day.stopped_s)),
    };
  });
}

/** Whether a record speaks of a day. */
function isTold({ figures, notes }: DayFacts): boolean {
  return figures.covered_s > 0 || notes > 0;
}

function summaryOf(history: History, found: readonly DayFacts[]) {
  const days = found.map(({ figures }) => figures);
  const whole = days.filter((day) => day.whole);
  const begun = history.boluses.filter((bolus) => !isRefused(bolus));
  const [basal, bolus] = [total(days.map((day) => day.basal)), total(days.map((day) => day.bolus))];
  const answers = history.alarms.flatMap((alarm) => alarm.acknowledged_s ?? []).sort((one, other) => one - other);
  const count = (priority: string) => history.alarms.filter((alarm) => alarm.priority === priority).length;
  return {
    days: found.filter(isTold).length,
    whole_days: whole.length,
    average_day: averageOf(whole.map((day) => day.total)),
    total: plus(basal, bolus),
    basal,
    bolus,
    basal_share: share(basal, bolus),
    uncertain_dose: doseBounds(history.uncertain),
    boluses: begun.length,
    boluses_a_day: mean(whole.map((day) => day.boluses.filter(({ outcome }) => outcome !== "refused").length)),
    interrupted: begun.filter(isInterrupted).length,
    refused: history.boluses.length - begun.length,
    alarms: Object.fromEntries(PRIORITIES.filter(count).map((priority) => [priority, count(priority)])),
    acknowledged_after_s: median(answers),
    stopped_s: sum(days.map((day) => day.stopped_s)),
    reservoir_changes: history.changes.length,
    restarts: history.notes.filter(({ event }) => event === "boot").length,
    suspended_s: sum(found.map((day) => day.suspended_s)),
    off_s: sum(found.map((day) => day.off_s)),
    alarms_a_day: mean(whole.map((day) => day.alarms.length)),
    acknowledged: answers.length,
    acknowledged_soon: answers.filter((seconds) => seconds <= SOON_S).length,
    alarms_repeated: history.repeats.length,
    reminders: history.reminders.length,
    clock_changes: history.clock_changes.length,
    days_without_bolus: whole.filter((day) => !day.boluses.some(({ outcome }) => outcome !== "refused")).length,
    meals_missed: Object.fromEntries(
      MEALS.map(([name]) => [name, found.filter(({ figures, meals }) => figures.whole && !meals.has(name)).length]),
    ),
    missing_records: sum(history.missing.map(({ records }) => records)),
  };
}

function averageOf(totals: readonly Amount[]): Amount | null {
  const steps = mean(totals.map((one) => one.steps));
  if (steps === null) return null;
  const known = totals.every(({ mu }) => mu !== null);
  return { steps: nearest(steps), mu: known ? mean(totals.map(({ mu }) => mu ?? 0)) : null };
}

function median(sorted: readonly number[]): number | null {
  const middle = sorted.filter((_, place) => place * 2 >= sorted.length - 2 && place * 2 <= sorted.length);
  return mean(middle);
}

/** Groups of what has the same key, in the order of the keys. */
function grouped<T>(all: readonly T[], key: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
}

function clockHours(history: History, pieces: readonly Dose[]) {
  const hourOf = ({ start }: { start: number }) => Math.floor((start % DAY_MS) / HOUR_MS);
  const begun = history.boluses.filter((bolus) => !isRefused(bolus));
  const hours = [...new Set([...pieces, ...begun].map(hourOf))].sort((one, other) => one - other);
  return hours.map((hour) => {
    const of = pieces.filter((piece) => hourOf(piece) === hour);
    const dose = (kind: string) => total(of.filter((piece) => piece.kind === kind));
    return {
      hour,
      basal_steps: dose("basal").steps,
      basal_mu: dose("basal").mu,
      bolus_steps: dose("bolus").steps,
      bolus_mu: dose("bolus").mu,
      boluses: begun.filter((bolus) => hourOf(bolus) === hour).length,
    };
  });
}

function bolusKinds(history: History) {
  const what = (bolus: Bolus) => (isRefused(bolus) ? "refusal" : "bolus");
  const outcome = (bolus: Bolus) => (isRefused(bolus) ? bolus.refusal : bolus.outcome);
  const key = (bolus: Bolus) => [what(bolus), bolus.kind, bolus.source, outcome(bolus)].join("\0");
  return grouped(history.boluses, key).map((group) => {
    const one = group[0] as Bolus;
    const given = isRefused(one) ? [] : group.map((bolus) => ({ steps: bolus.given_steps, mu: bolus.given_mu }));
    return {
      what: what(one),
      kind: one.kind,
      source: one.source,
      outcome: outcome(one),
      boluses: group.length,
      asked_mu: sum(group.map((bolus) => bolus.asked_mu ?? 0)),
      given_steps: total(given).steps,
      given_mu: total(given).mu,
    };
  });
}

function alarmKinds(history: History) {
  return grouped(history.alarms, (alarm) => `${alarm.priority}\0${alarm.alarm}`).map((group) => {
    const one = group[0] as Alarm;
    const answers = group.flatMap((alarm) => alarm.acknowledged_s ?? []).sort((a, b) => a - b);
    return {
      priority: one.priority,
      alarm: one.alarm,
      alarms: group.length,
      acknowledged: answers.length,
      soon: answers.filter((seconds) => seconds <= SOON_S).length,
      longest_s: answers.at(-1) ?? null,
      median_s: median(answers),
    };
  });
}

function stopReasons(history: History) {
  return grouped(history.stops, (stop) => stop.reason).map((group) => ({
    reason: (group[0] as Stop).reason,
    times: group.length,
    seconds: sum(group.flatMap((stop) => cut(stop, DAY_MS).map(secondsOf))),
  }));
}

interface ChangeFacts {
  kind: string;
  start: number;
  since_ms: number | null;
  mu: number | null;
}

/** Each reservoir filled and each cannula filled, with the time since the last. */
function changesOf(history: History): ChangeFacts[] {
  const reservoirs = history.changes.filter((change) => change.reservoir_mu !== null);
  const filled = (kind: string) => history.moves.filter((move) => move.kind === kind && move.steps > 0);
  const found = [
    ...reservoirs.map(({ start, reservoir_mu }) => ({ kind: "reservoir", start, mu: reservoir_mu })),
    ...filled("prime").map(({ start, mu }) => ({ kind: "tubing", start, mu })),
    ...filled("cannula").map(({ start, mu }) => ({ kind: "site", start, mu })),
  ];
  return grouped(found, ({ kind }) => kind).flatMap((group) => {
    const sorted = group.sort((one, other) => one.start - other.start);
    return sorted.map((one, at) => ({ ...one, since_ms: at ? one.start - (sorted[at - 1]?.start ?? 0) : null }));
  });
}

function changeHabits(changes: readonly ChangeFacts[]) {
  // A tubing may take several primes in one change.
  const kinds = changes.filter(({ kind }) => kind !== "tubing");
  return grouped(kinds, ({ kind }) => kind).map((group) => {
    const since = group.flatMap(({ since_ms }) => since_ms ?? []);
    return {
      kind: group[0]?.kind ?? "",
      changes: group.length,
      intervals: since.length,
      in_time: since.filter((ms) => ms <= CHANGE_EVERY_MS).length,
      mean_ms: mean(since),
      longest_ms: since.length ? Math.max(...since) : null,
    };
  });
}

/** How often something that a pump asks of its user was done. */
function habitsOf(
  history: History,
  summary: ReturnType<typeof summaryOf>,
  days: number,
  changes: ReturnType<typeof changeHabits>,
): { what: string; kept: number; of: number }[] {
  const whole = summary.whole_days;
  const clock = (minute: number) => [minute / 60, minute % 60].map((part) => String(Math.floor(part)).padStart(2, "0"));
  return [
    { what: "Days on which the pump ran all day", kept: whole, of: days },
    ...MEALS.map(([name, from, to]) => ({
      what: `A bolus at ${name} (${clock(from).join(":")}–${clock(to).join(":")}), on whole days`,
      kept: whole - (summary.meals_missed[name] ?? 0),
      of: whole,
    })),
    {
      what: "Boluses given to the end",
      kept: summary.boluses - summary.interrupted,
      of: summary.boluses,
    },
    ...calculatorHabits(history.boluses, summary.boluses),
    {
      what: `Alarms acknowledged within ${SOON_S / 60} min`,
      kept: summary.acknowledged_soon,
      of: sum(Object.values(summary.alarms)),
    },
    ...changes.map((row) => ({
      what: `${row.kind.charAt(0).toUpperCase()}${row.kind.slice(1)} changed within 3 days of the last time`,
      kept: row.in_time,
      of: row.intervals,
    })),
  ];
}

function calculatorHabits(boluses: readonly Bolus[], begun: number) {
  const reckoned = boluses.filter(({ calculation }) => calculation !== null);
  if (!reckoned.length) return [];
  const [of, changes] = [reckoned.length, reckoned.map(overrideOf)];
  return [
    { what: "Boluses by the calculator", kept: of, of: begun },
    { what: "Of these as it recommended", kept: changes.filter((mu) => mu === 0).length, of },
    { what: "Of these more than it recommended", kept: changes.filter((mu) => mu > 0).length, of },
  ];
}

// Rows

function bolusRow(bolus: Bolus) {
  return {
    bolus_id: bolus.bolus_id || null,
    kind: bolus.kind,
    start: local(bolus.start),
    asked_mu: bolus.asked_mu,
    given_mu: bolus.given_mu,
    given_steps: bolus.given_steps,
    outcome: bolus.outcome,
    refusal: bolus.refusal || null,
    source: bolus.source,
    uncertain: bolus.uncertain && uncertainRow(bolus.uncertain),
  };
}

function alarmRow(alarm: Alarm) {
  return {
    alarm: alarm.alarm,
    priority: alarm.priority,
    value: alarm.value,
    raised: local(alarm.raised),
    acknowledged_after_s: alarm.acknowledged_s,
    cleared_after_s: alarm.cleared_s,
  };
}

function stopRow(stop: Stop) {
  return { reason: stop.reason, source: stop.source, start: local(stop.start), end: local(stop.end) };
}

function uncertainRow(found: Uncertain) {
  return {
    kind: found.kind,
    cause: found.cause,
    bolus_id: found.bolus_id || null,
    start: local(found.start),
    end: local(found.end),
    least: { steps: found.least_steps, mu: found.least_mu },
    most: { steps: found.most_steps, mu: found.most_mu },
  };
}

function temporaryRow(found: Temporary) {
  return {
    start: local(found.start),
    end: found.end === null ? null : local(found.end),
    percent: found.percent,
    rate_mu_h: found.rate_mu_h,
    asked_min: found.asked_min,
    given: found.steps === null ? null : { steps: found.steps, mu: found.mu },
    outcome: found.outcome,
    source: found.source,
  };
}

/** The row of a bolus of which something is given over a time; none for another. */
function extendedRow(bolus: Bolus) {
  const { now, later, kind } = bolus;
  if (!later) return [];
  return [
    {
      bolus_id: bolus.bolus_id,
      kind,
      start: local(bolus.start),
      now: now && { asked_mu: now.asked_mu, given_mu: now.given_mu },
      later: { asked_mu: later.asked_mu, given_mu: later.given_mu },
      asked_min: later.asked_min,
      elapsed_min: later.elapsed_min,
      given_mu: bolus.given_mu,
      outcome: bolus.outcome,
    },
  ];
}

function missingRow(found: Missing) {
  const timed = found.end > 0;
  return {
    records: found.records,
    reason: found.reason,
    start: timed ? local(found.start) : null,
    end: timed ? local(found.end) : null,
  };
}
