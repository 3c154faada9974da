// The wall clock of each record, by the rules of tools/basalt/timeline.py and history_reader.wall_clock.
//
// A clock that nobody has set since the power went is counted back from the moment when it was set, else from the
// moment when the log was pulled, else it is what the pump assumed.

import type { LogRecord } from "./contract.ts";

export const EPOCH_MS = Date.UTC(2020, 0, 1);
const UTC_OFFSET_SETTING = "utc_offset_min"; // firmware/pump/core/setting_table.py

export type ClockKind = "set" | "counted" | "host" | "assumed";

/** At this uptime of this boot the computer's clock showed `utc_ms`, and the pump this offset. */
export interface Anchor {
  boot: number;
  uptime_ms: number;
  utc_ms: number;
  utc_offset_min: number;
}

/** Milliseconds since 1970 without a zone, and how they are known, of each record. */
export interface Wall {
  ms: number[];
  clock: ClockKind[];
}

export function wallOf(records: readonly LogRecord[], anchor: Anchor): Wall {
  const offsets = offsetsOf(records, anchor);
  const shown = records.map((one) => EPOCH_MS + one.local_s * 1000 + (one.uptime_ms % 1000));
  const utc = shown.map((ms, at) => ms - (offsets[at] ?? 0) * 60_000);
  const clock: ClockKind[] = records.map((one) => (one.trusted ? "set" : "assumed"));
  for (const [start, end] of untrusted(records)) tie(records, start, end, utc, clock, anchor);
  const places = [...records.keys()].filter((at) => clock[at] === "set");
  if (!places.length) return { ms: shown, clock };
  let next = 0;
  const ms = shown.map((own, at) => {
    while (next < places.length - 1 && (places[next] as number) < at) next += 1;
    if (clock[at] === "set" || clock[at] === "assumed") return own;
    const nearest = places[next] as number;
    return (utc[at] as number) + (shown[nearest] as number) - (utc[nearest] as number);
  });
  return { ms, clock };
}

/** Times the records `start` to `end` - 1 of one boot, whose clock was not set. */
function tie(
  records: readonly LogRecord[],
  start: number,
  end: number,
  utc: number[],
  clock: ClockKind[],
  anchor: Anchor,
): void {
  const uptime = (at: number) => records[at]?.uptime_ms ?? 0;
  const count = (fromUtc: number, fromUptime: number, kind: ClockKind) => {
    for (let at = start; at < end; at++) {
      utc[at] = fromUtc + uptime(at) - fromUptime;
      clock[at] = kind;
    }
  };
  const boot = records[start]?.boot;
  const last = records[end - 1];
  if (records[end]?.boot === boot) {
    count(utc[end] as number, uptime(end), "counted");
  } else if (last?.event === "clock_set") {
    const setMs = EPOCH_MS + (Number(last.fields["new_local_s"]) - offsetIn(last) * 60) * 1000;
    count(setMs + (last.uptime_ms % 1000), last.uptime_ms, "counted");
  } else if (anchor.boot === boot) {
    const first = anchor.utc_ms + uptime(start) - anchor.uptime_ms;
    if (start === 0 || first >= (utc[start - 1] as number)) count(anchor.utc_ms, anchor.uptime_ms, "host");
  }
}

/** Minutes east of UTC that were in force at each record. */
function offsetsOf(records: readonly LogRecord[], anchor: Anchor): number[] {
  const isChange = (one: LogRecord) =>
    one.event === "setting_changed" && one.fields["setting"] === UTC_OFFSET_SETTING;
  const first = records.find((one) => one.event === "clock_set" || isChange(one));
  let offset = first ? (isChange(first) ? Number(first.fields["old"]) : offsetIn(first)) : anchor.utc_offset_min;
  return records.map((one) => {
    const before = offset;
    if (one.event === "clock_set") offset = offsetIn(one);
    else if (isChange(one)) offset = Number(one.fields["new"]);
    return before;
  });
}

function offsetIn(record: LogRecord): number {
  return Number(record.fields["utc_offset_min"]);
}

/** [start, end) of each run of records of one boot whose clock was not set. */
function untrusted(records: readonly LogRecord[]): [number, number][] {
  const found: [number, number][] = [];
  let start = -1;
  records.forEach((one, at) => {
    if (start >= 0 && (one.trusted || one.boot !== records[start]?.boot)) {
      found.push([start, at]);
      start = -1;
    }
    if (!one.trusted && start < 0) start = at;
  });
  if (start >= 0) found.push([start, records.length]);
  return found;
}
