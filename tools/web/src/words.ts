// Says a record of the log in plain words, for who has never read one.

import type { LogRecord } from "./contract.ts";
import { changeOf } from "./setting_words.ts";

const EPOCH_MS = Date.UTC(2020, 0, 1);

type Say = (field: (name: string) => string, number: (name: string) => number) => string;

const units = (mu: number, decimals = 2) => `${(mu / 1000).toFixed(decimals)} U`;
const steps = (count: number) => `${count.toLocaleString("en")} step${count === 1 ? "" : "s"}`;

const ENDED: Record<string, string> = {
  all_given: "it is complete",
  stopped: "it was stopped",
  suspended: "delivery was suspended",
  alarm: "an alarm stopped it",
  power_lost: "the power was lost",
  rate_change: "the rate changes",
  time: "half an hour is over",
  renewed: "the promise was used up",
};

const SENTENCES: Record<string, Say> = {
  boot: (field) => `The pump started (${field("cause")}).`,
  log_new: () => "No older records were found: the log begins here.",
  log_damaged: (_, n) =>
    `Damage found in the log: ${n("damaged_records")} unreadable, ${n("missing_records")} missing. The rest is kept.`,
  clock_set: (field, n) => `Clock set to ${moment(n("new_local_s"))} by ${field("source")}.`,
  clock_lost: () => "The clock stood still without power: its time cannot be trusted until it is set.",
  day_total: (_, n) =>
    `The day before: ${units(n("basal_mu"))} basal and ${units(n("bolus_mu"))} in ${n("boluses")} boluses.`,
  checkpoint: (_, n) =>
    n("reservoir_steps") < 0 ? "Checkpoint: reservoir amount not known." : "Checkpoint of the counts.",
  checkpoint_window: (_, n) =>
    `Checkpoint: ${steps(n("hour_steps"))} in the last hour, ${steps(n("day_steps"))} in the last day.`,
  checkpoint_today: (_, n) =>
    `Checkpoint of today: ${steps(n("basal_steps"))} basal, ${steps(n("bolus_steps"))} bolus.`,
  scale: (_, n) => `A unit has ${(n("steps_numerator") / n("steps_denominator")).toFixed(1)} steps from here on.`,
  basal_lease: (field, n) =>
    `Basal at ${(n("rate_mu_h") / 1000).toFixed(2)} U/h: ${steps(n("made_steps"))} made, because ` +
    `${ENDED[field("reason")] ?? field("reason")}; may now move up to ${n("max_steps")}.`,
  bolus_start: (field, n) =>
    `Bolus ${n("bolus_id")} of ${units(n("asked_mu"))} begins: ${steps(n("owed_steps"))} owed, by ${field("source")}.`,
  bolus_part: (_, n) =>
    `Bolus ${n("bolus_id")}: ${steps(n("made_steps"))} made; may now move up to ${n("max_steps")}.`,
  bolus_end: (field, n) =>
    `Bolus ${n("bolus_id")} ended: ${units(n("given_mu"))} given in ${steps(n("given_steps"))}; ` +
    `${ENDED[field("reason")] ?? field("reason")}.`,
  refused: (field, n) =>
    `Refused: ${field("command")} of ${units(n("asked"))}, ${field("code")} ${units(n("limit"))}.`,
  uncertain: (field, n) =>
    `Not certain: between ${n("min_steps")} and ${steps(n("max_steps"))} of ${field("kind")} were made when the power went.`,
  suspend: (field) =>
    field("alarm") === "none"
      ? `All delivery suspended by ${field("source")}.`
      : `All delivery suspended by the alarm “${field("alarm")}”.`,
  resume: (field, n) => `Delivery resumed by ${field("source")} after ${duration(n("suspended_s"))}.`,
  alarm_raised: (field) => `Alarm, ${field("priority")} priority: ${field("alarm")}.`,
  alarm_acknowledged: (field, n) =>
    `Alarm “${field("alarm")}” acknowledged after ${duration(n("after_s"))}, by ${field("source")}.`,
  alarm_cleared: (field) => `Alarm “${field("alarm")}” is over.`,
  alarm_repeated: (field, n) => `Alarm “${field("alarm")}” nobody has seen: reminder ${n("times")}.`,
  basal_segment: (_, n) =>
    `Basal from ${clock(n("start_min"))}: ${(n("new_rate_mu_h") / 1000).toFixed(2)} U/h.`,
  basal_program: (field, n) =>
    `Basal program of ${units(n("new_day_mu"))} a day in ${n("segments")} segments, by ${field("source")}.`,
  settings_lost: () => "The settings were lost: defaults are in force.",
  link_opened: () => "A computer began to talk to the pump.",
  motor_error: (_, n) => `Motor error: ${n("ordered_steps")} steps ordered, ${n("made_steps")} made.`,
  system_error: () => "An error in the program: everything is stopped.",
};

/** One sentence. A record that has none of its own is told by its fields. */
export function sentence(record: LogRecord): string {
  const field = (name: string) => String(record.fields[name] ?? "").replaceAll("_", " ");
  const raw = (name: string) => String(record.fields[name] ?? "");
  const number = (name: string) => Number(record.fields[name] ?? 0);
  if (record.event === "setting_changed") return `Setting ${changeOf(record)}, by ${field("source")}.`;
  const say = SENTENCES[record.event];
  if (say) {
    const reasons = record.event === "basal_lease" || record.event === "bolus_end";
    return say((name) => (reasons && name === "reason" ? raw(name) : field(name)), number);
  }
  const told = Object.keys(record.fields).map((name) => `${name.replaceAll("_", " ")} ${field(name)}`);
  return `${record.event.replaceAll("_", " ")}${told.length ? `: ${told.join(", ")}` : ""}.`;
}

/** The pump's time of day of a record; a question mark where its clock cannot be trusted. */
export function timeOf(record: LogRecord): string {
  return new Date(EPOCH_MS + record.local_s * 1000).toISOString().slice(11, 19) + (record.trusted ? "" : "?");
}

function moment(localS: number): string {
  return new Date(EPOCH_MS + localS * 1000).toISOString().slice(0, 16).replace("T", " ");
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
