// Says the value of a setting as a person writes it, by the rules of tools/basalt/units.py.

import type { LogRecord } from "./contract.ts";

const OFFSET = "utc_offset_min";
const TIME_OF_DAY = /^(day_part|meal|daily)_/; // of a setting whose minutes are a time of day
// The last part of a setting's name is its unit; longest first.
const UNITS = [
  ["_tenths_g", "g/U", 10],
  ["_tenths", "", 10],
  ["_mu_min", "U/min", 1000],
  ["_mu_h", "U/h", 1000],
  ["_mu", "U", 1000],
  ["_min", "min", 1],
  ["_mg_dl", "mg/dL", 1],
  ["_s", "s", 1],
  ["_h", "h", 1],
  ["_days", "days", 1],
] as const;

/** 'max_bolus: 10.00 to 12.50 U', of a record of a change; a setting that nobody knows by its number. */
export function changeOf({ fields: { setting = "", old = 0, new: value = 0 } }: LogRecord): string {
  if (typeof setting === "number") return `setting ${setting}: ${old} to ${value}`;
  const [end, measure] = unitOf(setting);
  const unit = setting === OFFSET || TIME_OF_DAY.test(setting) ? "" : measure;
  const [before, after] = [old, value].map((one) => valueText(setting, Number(one)));
  return `${setting.slice(0, setting.length - end.length)}: ${before} to ${after} ${unit}`.trim();
}

// The words of event_table.REMINDS.
const REMINDERS = ["suspended", "meal", "glucose", "set", "daily 1", "daily 2", "daily 3", "daily 4", "reservoir"];

/** What a reminder is of, by its kind. */
export function reminderName(kind: number): string {
  return REMINDERS[kind] ?? `reminder ${kind}`;
}

/** Minutes east of UTC as +HH:MM. */
export function offsetText(minutes: number): string {
  return (minutes < 0 ? "-" : "+") + timeText(Math.abs(minutes));
}

function valueText(setting: string, value: number): string {
  if (setting === OFFSET) return offsetText(value);
  if (TIME_OF_DAY.test(setting)) return timeText(value);
  const scale = unitOf(setting)[2];
  if (scale === 10) return `${Math.floor(value / 10)}.${value % 10}`;
  return scale === 1000 ? (value / 1000).toFixed(3).replace(/0$/, "") : String(value);
}

function timeText(minute: number): string {
  return [minute / 60, minute % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}

function unitOf(setting: string): readonly [end: string, unit: string, scale: number] {
  return UNITS.find(([end]) => setting.endsWith(end)) ?? ["", "", 1];
}
