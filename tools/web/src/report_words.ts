// Says figures of the report in words: those of tools/basalt/report_words.py and report_findings.py.

import type { Amount, Bounds, Figures } from "./figures.ts";
import { type Alarm, type Bolus, type History, isEmptyMove, type Off, overrideOf, type Stop, type Uncertain } from "./history.ts";
import { fixed, nearest } from "./numbers.ts";

const MINUTE = 60;
const HOUR = 3600;
const MOST_FINDINGS = 7;
const PRIORITY_WORDS = ["high", "medium", "low"];

const OUTCOMES: Record<string, string> = {
  all_given: "given",
  stopped: "stopped",
  suspended: "stopped by a suspension",
  alarm: "stopped by an alarm",
  power_lost: "cut off by a power loss",
  time: "a limit held the rest back",
  under_way: "under way when the log was read",
  no_end: "its end is not in the log",
};
const REFUSALS: Record<string, (limit: string, minutes: number) => string> = {
  over_max_bolus: (limit) => `over the largest bolus, ${limit}`,
  over_max_hour: (limit) => `over the hourly limit, ${limit}`,
  over_max_day: (limit) => `over the daily limit, ${limit}`,
  over_max_on_board: (limit) => `over the most insulin on board, ${limit}`,
  reservoir_too_low: (limit) => `only ${limit} left in the reservoir`,
  too_soon: (_, minutes) => `within the lockout of ${minutes} min`,
  suspended: () => "the pump was suspended",
  busy: () => "another bolus was running",
  delivering: () => "the pump was delivering",
  alarm_persists: () => "an alarm was not resolved",
  not_repeated: () => "not repeated as it was counted",
  too_small: () => "too small to be given",
  fault: () => "the pump had a fault",
  not_now: () => "not possible at that moment",
};
const STOPS: Record<string, string> = {
  suspended: "Suspended",
  reservoir_change: "Reservoir change",
  service: "Service",
};
const RESTARTS: Record<string, string> = {
  power_on: "Without power",
  watchdog: "Restarted by its watchdog",
  soft: "Restarted",
  unknown: "Restarted, its first record is missing",
};

/** A name of the log as words: 'bolus_incomplete' as 'Bolus incomplete'. */
export function plain(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function units(mu: number): string {
  return fixed(mu / 1000, 2);
}

/** An amount in units, without the unit: in steps where nobody knows how many make one. */
export function amount(value: Amount | null): string {
  if (value === null) return "–";
  return value.mu === null ? String(value.steps) : units(value.mu);
}

/** '0.00 to 0.70', one number when they are equal, '' when nothing is uncertain. */
export function bounds({ least, most }: Bounds): string {
  if (!most.steps) return "";
  return least.steps === most.steps ? amount(most) : `${amount(least)} to ${amount(most)}`;
}

export function uncertain(found: Uncertain): string {
  return bounds({
    least: { steps: found.least_steps, mu: found.least_mu },
    most: { steps: found.most_steps, mu: found.most_mu },
  });
}

export function share(value: number | null): string {
  return value === null ? "–" : `${nearest(value * 100)} %`;
}

export function tenth(value: number | null): string {
  return value === null ? "–" : fixed(value, 1);
}

/** '38 s', '11 min', '1 h 02 min', '3 d 4 h'; a dash for none. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  const whole = nearest(seconds);
  if (whole < 2 * MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  const hours = Math.floor(whole / HOUR);
  if (hours < 48) return `${hours} h ${String(Math.floor((whole % HOUR) / MINUTE)).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** '1 alarm', '3 alarms'. */
export function count(number: number, one: string, more = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : more}`;
}

export function reason(name: string): string {
  return STOPS[name] ?? `Stopped by: ${name.replaceAll("_", " ")}`;
}

export function kindOutcome(row: Figures["boluses_by_kind"][number]): string {
  if (row.what === "refusal") return `refused: ${row.outcome.replaceAll("_", " ")}`;
  return bolusEnd(row.outcome);
}

export function clockChange(forwardS: number): string {
  return `${duration(Math.abs(forwardS))} ${forwardS >= 0 ? "forward" : "back"}`;
}

const part = (ms: number, options: Intl.DateTimeFormatOptions) =>
  new Date(ms).toLocaleString("en-GB", { timeZone: "UTC", ...options });

/** HH:MM on the wall. */
export function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

/** '2 Jan 18:51' on the wall. */
export function dayClock(ms: number): string {
  return `${new Date(ms).getUTCDate()} ${month(ms)} ${clock(ms)}`;
}

/** 'Tue 2 Jan'. */
export function dayName(ms: number): string {
  return `${part(ms, { weekday: "short" })} ${new Date(ms).getUTCDate()} ${month(ms)}`;
}

/** 'Tuesday 2 January 2024'. */
export function fullDate(ms: number): string {
  const date = new Date(ms);
  return `${part(ms, { weekday: "long" })} ${date.getUTCDate()} ${part(ms, { month: "long" })} ${date.getUTCFullYear()}`;
}

/** 'January 2024'. */
export function monthName(ms: number): string {
  return part(ms, { month: "long", year: "numeric" });
}

function month(ms: number): string {
  return part(ms, { month: "short" }).slice(0, 3); // British English has Sept, Python Sep
}

export function dose(mu: number | null): string {
  return mu === null ? "–" : units(mu);
}

const TEMPORARY_ENDS: Record<string, string> = {
  time: "at its time",
  stopped: "by hand",
  stopped_remotely: "by link",
  renewed: "another took its place",
  suspended: "delivery was suspended",
  alarm: "an alarm stopped delivery",
  power_lost: "the power was lost",
  no_end: "not in the log",
  under_way: "under way",
};

/** How a bolus ended, or why it was refused. */
export function outcome(bolus: Bolus): string {
  if (bolus.outcome !== "refused") return bolusEnd(bolus.outcome);
  const say = REFUSALS[bolus.refusal];
  return `refused: ${say ? say(`${units(bolus.limit)} U`, bolus.limit) : bolus.refusal.replaceAll("_", " ")}`;
}

export function bolusEnd(outcome: string): string {
  return OUTCOMES[outcome] ?? plain(outcome);
}

/** How much of a bolus is given over what time; of what was refused no more than its kind. */
export function extended({ kind, now, later }: Bolus): string {
  if (!later) return kind === "normal" ? "" : ` (${kind})`;
  const over = `over ${minutes(later.asked_min)}`;
  return kind === "extended" ? ` (${over})` : ` (${portion(now)} at once, ${portion(later)} ${over})`;
}

/** What was asked for at once, or over a time. */
export function portion(found: { asked_mu: number | null } | null): string {
  return dose(found?.asked_mu ?? null);
}

/** The same of a bolus of which all or some is given over a time. */
export function atOnce({ kind, now }: Figures["extended_boluses"][number]): string {
  return kind === "extended" ? dose(0) : portion(now);
}

export function minutes(value: number | null): string {
  return duration(value === null ? null : value * MINUTE);
}

/** What the calculator was told, and what it said where another dose was asked for. */
export function calculated(bolus: Bolus): string {
  const found = bolus.calculation;
  if (!found) return "";
  const told = [found.carbs_g ? `${found.carbs_g} g` : [], found.glucose_mg_dl ? `${found.glucose_mg_dl} mg/dL` : []];
  const said = overrideOf(bolus) ? `; it said ${dose(found.recommended_mu)}` : "";
  return ` (by calculator: ${told.flat().join(", ")}${said})`;
}

export function acknowledged(alarm: Alarm): string {
  return answered(alarm.acknowledged_s, alarm.lost_power);
}

export function over(alarm: Alarm): string {
  return answered(alarm.cleared_s, alarm.lost_power);
}

function answered(seconds: number | null, lostPower: boolean): string {
  if (seconds !== null) return `after ${duration(seconds)}`;
  return lostPower ? "not before the restart" : "not in the log";
}

export function stop(found: Stop): string {
  const by = found.reason === "suspended" && found.source;
  return reason(found.reason) + (by ? `, by ${found.source}` : "");
}

export function off(found: Off): string {
  const text = RESTARTS[found.cause] ?? plain(found.cause);
  return found.known ? text : `${text}; for how long is not known`;
}

/** What was asked for in place of the program. */
export function temporaryRate(row: Figures["temporary_basals"][number]): string {
  return row.percent === null ? `${units(row.rate_mu_h)} U/h` : `${row.percent} %`;
}

export function temporaryEnd(outcome: string): string {
  return TEMPORARY_ENDS[outcome] ?? plain(outcome);
}

export function missing(found: { start: number; end: number; records: number; reason: string }): string {
  const records = found.records === 1 ? "1 record" : `${found.records} records`;
  if (!found.end) return `${records} came damaged`;
  const why = found.reason === "unknown" ? "" : ` (${found.reason})`;
  return `${records} between ${dayClock(found.start)} and ${dayClock(found.end)}${why}`;
}

/** What an uncertain stretch is part of. */
export function kind(found: Uncertain): string {
  if (found.kind === "bolus" && found.bolus_id) return `Bolus ${found.bolus_id}`;
  return found.kind === "unknown" ? "Basal or bolus" : plain(found.kind);
}

export function cause(found: Uncertain): string {
  return found.cause === "missing_records" ? "Records are missing; by the pump's odometer" : "Power lost";
}

const MOVES: Record<string, string> = {
  prime: "Tubing primed",
  cannula: "Cannula filled",
  measure: "Pumped onto a scale, to calibrate,",
};

/** [time, text, severity] of what else happened from `start` on and before `end`, in order. */
export function remarks(history: History, start: number, end: number): [string, string, string][] {
  const unit = history.in_units ? "U" : "steps";
  const changes = history.changes.map((change) => ({
    at: change.start,
    text: `Reservoir change, ${change.reservoir_mu === null ? "not finished" : `filled with ${dose(change.reservoir_mu)} U`}`,
    severity: "info",
  }));
  const moves = history.moves.filter((move) => !isEmptyMove(move.kind));
  const made = moves.map((move) => ({
    at: move.start,
    text: `${MOVES[move.kind] ?? plain(move.kind)} with ${amount(move)} ${unit}, beside the dose`,
    severity: "info",
  }));
  return [...history.notes, ...changes, ...made]
    .filter(({ at }) => at >= start && at < end)
    .sort((one, other) => one.at - other.at)
    .map(({ at, text, severity }) => [clock(at), text, severity]);
}

/** What stands out, in words for the person who wears the pump: [severity, sentence], the gravest first. */
export function findings(figures: Figures): [string, string][] {
  const found = [...doubts(figures), ...attention(figures), ...routine(figures)];
  found.sort(([one], [other]) => PRIORITY_WORDS.indexOf(one) - PRIORITY_WORDS.indexOf(other));
  return found.length ? found.slice(0, MOST_FINDINGS) : [["good", "Nothing stands out in these days."]];
}

function doubts({ summary, days }: Figures): [string, string][] {
  const found: [string, string][] = [];
  const { most } = summary.uncertain_dose;
  if (most.steps) {
    const stretches = days.flatMap((day) => day.uncertain).filter(({ kind: of }) => isDose(of));
    found.push([
      "high",
      `After losing power or records ${count(stretches.length, "stretch", "stretches")} cannot be told for certain:` +
        ` ${bounds(summary.uncertain_dose)} ${most.mu === null ? "steps" : "U"} may have been given besides what is shown.`,
    ]);
  }
  if (summary.missing_records) {
    const records = count(summary.missing_records, "missing record");
    found.push(["medium", `This report is without ${records}, and without what they told.`]);
  }
  return found;
}

function attention(figures: Figures): [string, string][] {
  const { summary } = figures;
  const found: [string, string][] = [];
  if (summary.alarms["high"]) {
    const names = figures.alarms_by_kind.filter(({ priority }) => priority === "high").map(({ alarm }) => alarm);
    const told = [...new Set(names)].sort().map((name) => name.replaceAll("_", " "));
    found.push(["high", `${count(summary.alarms["high"], "alarm")} of high priority stopped delivery: ${told.join(", ")}.`]);
  }
  const late = PRIORITY_WORDS.reduce((sum, name) => sum + (summary.alarms[name] ?? 0), 0) - summary.acknowledged_soon;
  if (late) found.push(["medium", `${count(late, "alarm")} waited longer than 5 min to be acknowledged.`]);
  const missed = Object.entries(summary.meals_missed).filter(([, days]) => days);
  if (missed.length) {
    const told = missed.map(([name, days]) => `${name} on ${count(days, "day")}`);
    found.push(["medium", `No bolus at a usual meal time: ${told.join(", ")}.`]);
  }
  if (summary.interrupted) {
    found.push(["medium", `${count(summary.interrupted, "bolus", "boluses")} ended before all was given.`]);
  }
  return found;
}

function routine(figures: Figures): [string, string][] {
  const { summary } = figures;
  const found: [string, string][] = [];
  for (const row of figures.change_habits) {
    const late = row.intervals - row.in_time;
    if (!late) continue;
    const times = { 1: "once", 2: "twice" }[late] ?? `${late.toLocaleString("en")} times`;
    const longest = duration((row.longest_ms ?? 0) / 1000);
    found.push(["medium", `The ${row.kind} stayed longer than 3 days ${times}; at most ${longest}.`]);
  }
  if (summary.suspended_s) {
    found.push(["low", `Delivery was suspended by hand for ${duration(summary.suspended_s)} in all.`]);
  }
  if (summary.refused) {
    found.push(["low", `The pump refused ${count(summary.refused, "bolus", "boluses")}; the days say why.`]);
  }
  return found;
}

function isDose(name: string): boolean {
  return ["basal", "bolus", "unknown"].includes(name);
}
