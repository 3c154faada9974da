// Says what else a record tells that a reader of the day should know, in the words of tools/basalt/history_reader.py.

import type { LogRecord } from "./contract.ts";
import { fixed } from "./numbers.ts";
import { changeOf, offsetText, reminderName } from "./setting_words.ts";

const EPOCH_MS = Date.UTC(2020, 0, 1);

type Remark = [severity: string, text: string];
type Say = (number: (name: string) => number, word: (name: string) => string) => Remark | undefined;

const SAY: Record<string, Say> = {
  boot: (_, word) => ["info", `Started (${word("cause")})`],
  log_new: () => ["warning", "The pump found its log empty and began a new one"],
  log_damaged: (n) => [
    "warning",
    `The pump found its log damaged: ${n("torn_bytes")} torn bytes, ${n("damaged_records")} damaged and` +
      ` ${n("missing_records")} missing records`,
  ],
  clock_set: (n) => ["info", clockSet(n("old_local_s"), n("new_local_s"), n("utc_offset_min"))],
  temporary_start: (n) => [
    "info",
    `Temporary basal of ${n("percent") >= 0 ? `${n("percent")} %` : `${n("rate_mu_h") / 1000} U/h`}` +
      ` for ${n("duration_min")} min`,
  ],
  refused: (_, word) =>
    word("command").endsWith("bolus") ? undefined : ["warning", `Refused: ${word("command")}, ${word("code")}`],
  reminder_missed: (n) => [
    "warning",
    `Nobody answered the reminder of ${reminderName(n("kind"))} for ${Math.round(n("after_s") / 60)} min`,
  ],
  service: () => ["warning", "Handed to its maker for service: nothing is delivered"],
  self_test: (n, word) => (n("passed") ? undefined : ["fault", `Self-test of the ${word("test")} failed`]),
  motor_error: (n) => ["fault", `Motor error: ${n("made_steps")} steps made of ${n("ordered_steps")} ordered`],
  system_error: (n) => ["fault", `System error ${n("code")} (detail ${n("detail")})`],
  basal_program: (n) => [
    "info",
    `Basal program: ${fixed(n("old_day_mu") / 1000, 2)} to ${fixed(n("new_day_mu") / 1000, 2)} U a day,` +
      ` ${n("segments")} segments`,
  ],
  program_activated: (n) => ["info", activated(n("old_program"), n("new_program"), n("old_day_mu"), n("new_day_mu"))],
  program_edited: (n) => [
    "info",
    `Basal program ${n("program")}, not in force: ${fixed(n("old_day_mu") / 1000, 2)} ` +
      (n("segments")
        ? `to ${fixed(n("new_day_mu") / 1000, 2)} U a day, ${n("segments")} segments`
        : "U a day, taken away"),
  ],
  program_named: (n, word) => [
    "info",
    `Name of basal program ${n("program")}: ${word("old_name")} to ${word("new_name")}`,
  ],
  settings_lost: () => ["warning", "The stored settings were damaged; defaults are used"],
};

/** How grave it is and what it says; nothing for what the report shows elsewhere. */
export function noteOf(record: LogRecord): Remark | undefined {
  if (record.event === "setting_changed") return ["info", `Setting ${changeOf(record)}`];
  const number = (name: string) => Number(record.fields[name] ?? 0);
  const word = (name: string) => String(record.fields[name] ?? "").replaceAll("_", " ");
  return SAY[record.event]?.(number, word);
}

/** '5 min 20 s', '3 h 5 min', '4 days'. */
export function span(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

function activated(old: number, program: number, oldMu: number, newMu: number): string {
  const text = `Basal program ${program} in force`;
  if (old === program) return text;
  return `${text} in place of ${old}: ${fixed(oldMu / 1000, 2)} to ${fixed(newMu / 1000, 2)} U a day`;
}

function clockSet(oldS: number, newS: number, offsetMin: number): string {
  const moment = new Date(EPOCH_MS + newS * 1000).toISOString().slice(0, 19).replace("T", " ");
  const way = newS >= oldS ? "forward" : "back";
  return `Clock set to ${moment}, UTC${offsetText(offsetMin)}: ${span(Math.abs(newS - oldS))} ${way}`;
}
