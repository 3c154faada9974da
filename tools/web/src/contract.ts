// What the page and the worker say to each other, and what the machine in the worker tells of the pump.

export const BUTTONS = ["UP", "DOWN", "OK", "STOP"] as const;
export type Button = (typeof BUTTONS)[number];

export const SPEEDS = [1, 60, 3600] as const;
export type Speed = (typeof SPEEDS)[number];

export type Severity = "info" | "warning" | "alarm" | "fault";

/** One record of the log; a field is a number, or the word that the event table has for it. */
export interface LogRecord {
  seq: number;
  boot: number;
  uptime_ms: number;
  trusted: boolean;
  /** Seconds since 2020-01-01 00:00, as the pump's clock showed. */
  local_s: number;
  event: string;
  severity: Severity;
  fields: Record<string, number | string>;
}

/** All that can be seen and heard of the desk at a moment of the session. */
export interface Look {
  at_ms: number;
  state: string;
  steps: number;
  lost: number;
  coils: boolean;
  out_units: number;
  left_units: number;
  full_units: number;
  pressure_mbar: number;
  battery_mv: number;
  faults: string[];
  down: Button[];
  tone_hz: number;
  /** [ms, hz]: when the buzzer changed since the last look. */
  heard: [number, number][];
  /** Base64 of eight rows to a byte; "" is dark; null is what it was. */
  picture: string | null;
  words: string;
  records: LogRecord[];
}

/** What never changes while the page is open: the board's own numbers. */
export interface Facts {
  version: string;
  board: string;
  occlusion_mbar: number;
  full_scale_mbar: number;
  battery_low_mv: number;
  battery_empty_mv: number;
  steps_per_unit: number;
  max_bolus_mu: number;
  max_hour_mu: number;
}

export type Act = [atMs: number, name: string, ...rest: unknown[]];

/** host_tests/scenarios/scenario.py says what each part is. */
export interface Scenario {
  basalt_scenario: 1;
  board: string;
  about: string;
  end_ms: number;
  acts: Act[];
}

export type ToWorker =
  | { do: "begin"; scenario: Scenario | null }
  | { do: "press" | "release"; button: Button }
  | { do: "fault"; name: string; there: boolean }
  | { do: "power"; on: boolean }
  | { do: "syringe" | "damage_log" | "set_clock" }
  | { do: "speed"; speed: Speed }
  | { do: "pause"; on: boolean }
  | { do: "pull" | "script" };

export interface Pace {
  wanted: Speed;
  /** What the pump's time runs at: 1 while somebody presses, 0 in a pause. */
  now: number;
  /** What it was over the last second or two. */
  measured: number;
  /** Why it is not what was wanted. */
  because: "" | "hands" | "alarm" | "pause" | "computer";
}

export type FromWorker =
  | { tell: "ready"; facts: Facts; replaying: boolean }
  | { tell: "look"; look: Look; pace: Pace; replaying: boolean }
  | { tell: "pulled"; log: string; records: LogRecord[] }
  | { tell: "script"; script: string }
  | { tell: "problem"; words: string };
