// Says a record of the log in plain words, for who has never read one.

import type { LogRecord } from "./contract.ts";
import { changeOf, reminderName } from "./setting_words.ts";

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
  stopped_remotely: "it was stopped over the link",
  no_motion: "the motor did not move",
};
// What these say of a temporary basal is another thing.
const TEMPORARY_ENDED: Record<string, string> = {
  ...ENDED,
  time: "its time is over",
  renewed: "another takes its place",
};
// And of an extended bolus.
const EXTENDED_ENDED: Record<string, string> = { ...ENDED, time: "its time is over, and a limit held the rest back" };
const MOVES: Record<string, string> = {
  prime: "Priming the tubing",
  cannula: "Filling the cannula",
  rewind: "Rewinding the plunger",
  take_up: "Taking up slack",
  measure: "Pumping onto a scale",
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
  checkpoint_temporary: (_, n) =>
    `Checkpoint of the temporary basal: ${steps(n("given_steps"))} in ${duration(n("elapsed_s"))}.`,
  checkpoint_insulin: (_, n) =>
    `Checkpoint of boluses that still act: ${["first", "second", "third"]
      .filter((dose) => n(`${dose}_mu`))
      .map((dose) => `${units(n(`${dose}_mu`))} of ${n(`${dose}_age_2min`) * 2} min ago`)
      .join(", ")}.`,
  checkpoint_set: (_, n) => `Checkpoint of the set in use: ${duration(n("age_min") * 60)} old.`,
  checkpoint_line: (_, n) =>
    `Checkpoint of the line: reservoir ${age(n("reservoir_age_min"))}, site ${age(n("site_age_min"))}, ` +
    `${steps(n("tubing_steps"))} in the tubing, ${steps(n("cannula_steps"))} in the cannula.`,
  temporary_start: (field, n) =>
    `Temporary basal of ${n("percent") >= 0 ? `${n("percent")} % of the program` : `${units(n("rate_mu_h"))} an hour`} for ` +
    `${duration(n("duration_min") * 60)}, by ${field("source")}.`,
  temporary_end: (field, n) =>
    `Temporary basal over: ${steps(n("given_steps"))} in ${duration(n("elapsed_s"))}; ` +
    `${TEMPORARY_ENDED[field("reason")] ?? field("reason")}.`,
  calculation: (_, n) =>
    `The calculator was told ${n("carbs_g")} g of carbohydrate and ` +
    `${n("glucose_mg_dl") ? `a glucose of ${n("glucose_mg_dl")} mg/dL` : "no glucose"}; ` +
    `1 U for ${(n("ratio_tenths_g") / 10).toFixed(1)} g, or for ${n("factor_mg_dl")} mg/dL above ` +
    `${n("target_low_mg_dl")} to ${n("target_high_mg_dl")}.`,
  calculated: (_, n) =>
    `It recommends ${units(n("recommended_mu"))} for bolus ${n("bolus_id")}: ${units(n("meal_mu"))} for the meal, ` +
    `${units(n("correction_mu"))} to correct, with ${units(n("on_board_mu"))} still acting.`,
  quick_bolus: (_, n) =>
    `Bolus ${n("bolus_id")} was counted by ear and repeated: ${n("presses")} presses of ${units(n("step_mu"))}.`,
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
  extended_start: (field, n) =>
    `Extended bolus ${n("bolus_id")} of ${units(n("asked_mu"))} over ${duration(n("duration_15min") * 900)} begins: ` +
    `${steps(n("owed_steps"))} owed, by ${field("source")}${n("combined") ? "; the next bolus is given at once with it" : ""}.`,
  extended_part: (_, n) =>
    `Extended bolus ${n("bolus_id")}: ${steps(n("made_steps"))} made; may now move up to ${n("max_steps")}.`,
  extended_end: (field, n) =>
    `Extended bolus ${n("bolus_id")} ended: ${units(n("given_mu"))} given in ${steps(n("given_steps"))} and ` +
    `${duration(n("elapsed_min") * 60)}; ${EXTENDED_ENDED[field("reason")] ?? field("reason")}.`,
  checkpoint_extended: (_, n) =>
    `Checkpoint of extended bolus ${n("bolus_id")}: ${steps(n("given_steps"))} of ${units(n("asked_mu"))} in ` +
    `${duration(n("elapsed_min") * 60)}.`,
  refused: (field, n) => `Refused: ${refusal(field("command"), field("code"), n("asked"), n("limit"))}.`,
  move_start: (field, n) =>
    `${moveOf(field("kind"))}, by ${field("source")}: at most ${steps(n("max_steps"))}.`,
  move_part: (field, n) =>
    `${moveOf(field("kind"))}: ${steps(n("made_steps"))} made; may now move up to ${n("max_steps")}.`,
  move_end: (field, n) =>
    `${moveOf(field("kind"))} ended after ${steps(n("total_steps"))}; ` +
    `${ENDED[field("reason")] ?? field("reason")}.`,
  uncertain: (field, n) =>
    `Not certain: between ${n("min_steps")} and ${steps(n("max_steps"))} of ${field("kind")} were made when the power went.`,
  suspend: (field) =>
    field("alarm") === "none"
      ? `All delivery suspended by ${field("source")}.`
      : `All delivery suspended by the alarm “${field("alarm")}”.`,
  resume: (field, n) => `Delivery resumed by ${field("source")} after ${duration(n("suspended_s"))}.`,
  change_start: (field, n) =>
    `Reservoir change begins, by ${field("source")}: ` +
    `${n("reservoir_steps") < 0 ? "what was left is not known" : `${steps(n("reservoir_steps"))} were left`}.`,
  reservoir_set: (field, n) => `Reservoir filled with ${units(n("reservoir_mu"))}, says who used the ${field("source")}.`,
  reminder: (_, n) =>
    n("kind") === 0
      ? `Reminder: delivery has been suspended for ${duration(n("after_s"))}.`
      : `Reminder: ${reminderName(n("kind"))}.`,
  reminder_missed: (_, n) =>
    `Nobody answered the reminder of ${reminderName(n("kind"))} for ${duration(n("after_s"))}.`,
  alarm_raised: (field) => `Alarm, ${field("priority")} priority: ${field("alarm")}.`,
  alarm_acknowledged: (field, n) =>
    `Alarm “${field("alarm")}” acknowledged after ${duration(n("after_s"))}, by ${field("source")}.`,
  alarm_cleared: (field) => `Alarm “${field("alarm")}” is over.`,
  alarm_repeated: (field, n) =>
    n("times")
      ? `Alarm “${field("alarm")}” nobody has seen: reminder ${n("times")}.`
      : `Alarm “${field("alarm")}” was seen, and its cause is still there: it sounds again.`,
  basal_segment: (_, n) =>
    `Basal from ${clock(n("start_min"))}: ${(n("new_rate_mu_h") / 1000).toFixed(2)} U/h.`,
  basal_program: (field, n) =>
    `Basal program of ${units(n("new_day_mu"))} a day in ${n("segments")} segments, by ${field("source")}.`,
  program_activated: (field, n) =>
    n("old_program") === n("new_program")
      ? `Basal program ${n("new_program")} is in force, of ${units(n("new_day_mu"))} a day.`
      : `Basal program ${n("new_program")} of ${units(n("new_day_mu"))} a day is in force in place of ` +
        `${n("old_program")} of ${units(n("old_day_mu"))}, by ${field("source")}.`,
  program_edited: (field, n) =>
    n("segments")
      ? `Basal program ${n("program")}, not in force, has ${units(n("new_day_mu"))} a day in ${n("segments")} segments, ` +
        `by ${field("source")}.`
      : `Basal program ${n("program")}, not in force, is taken away, by ${field("source")}.`,
  program_segment: (_, n) =>
    `Basal program ${n("program")} from ${clock(n("start_min"))}: ${(n("new_rate_mu_h") / 1000).toFixed(2)} U/h.`,
  program_named: (field, n) =>
    `Basal program ${n("program")} has the name ${field("new_name")}, before ${field("old_name")}, by ${field("source")}.`,
  settings_lost: () => "The settings were lost: defaults are in force.",
  service: () => "Handed to its maker for service: nothing is delivered.",
  pairing: (field, n) => `${n("paired") ? "Paired with a computer" : "The pairing with a computer ended"}, by ${field("source")}.`,
  remote: (field, n) => `Order ${n("count")} of the paired computer, ${field("request")} ${n("asked")}: ${field("code")}.`,
  turned_away: (field, n) => `Orders that nobody can prove were turned away, ${n("times")} by now: ${field("code")}.`,
  link_opened: () => "A computer began to talk to the pump.",
  self_test: (field, n) =>
    field("test") === "all"
      ? "The pump has checked itself: nothing wrong was found."
      : `Self-test of the ${field("test")}: ${n("passed") ? "passed" : "failed"}.`,
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
    const isKey = (name: string) => name === "reason" || (name === "kind" && record.event.startsWith("move_"));
    return say((name) => (isKey(name) ? raw(name) : field(name)), number);
  }
  const told = Object.keys(record.fields).map((name) => `${name.replaceAll("_", " ")} ${field(name)}`);
  return `${record.event.replaceAll("_", " ")}${told.length ? `: ${told.join(", ")}` : ""}.`;
}

function moveOf(kind: string): string {
  return MOVES[kind] ?? `A move of ${kind}`;
}

/** Amounts are those of a bolus; a lockout's limit is in minutes. */
function refusal(command: string, code: string, asked: number, limit: number): string {
  if (!command.endsWith("bolus")) return `${command}, ${code}`;
  const about = code === "too soon" ? `${limit} min` : units(limit);
  return `${command.startsWith("e") ? "an" : "a"} ${command} of ${units(asked)}, ${code}${limit ? ` (${about})` : ""}`;
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

/** How old something is whose age a checkpoint tells in minutes; the greatest number is unknown. */
const age = (minutes: number) => (minutes === 0xffff ? "of unknown age" : `${duration(minutes * 60)} old`);

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
