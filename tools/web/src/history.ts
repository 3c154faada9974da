// The facts of a log, each list in the order of the log: what tools/basalt/history.py holds, in the page.
//
// Times are milliseconds since 1970 on the wall clock of the pump's user. `mu` is null where the log does not tell how
// many steps make a unit.

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

export interface Span {
  start: number;
  end: number;
}

export interface Dose extends Span {
  kind: "basal" | "bolus";
  steps: number;
  mu: number | null;
}

export interface Rate extends Span {
  rate_mu_h: number;
}

export interface Level {
  at: number;
  steps: number | null;
  mu: number | null;
}

/** Steps of which the log cannot say whether they were made: never part of a dose. */
export interface Uncertain extends Span {
  kind: string;
  cause: string;
  bolus_id: number;
  least_steps: number;
  most_steps: number;
  least_mu: number | null;
  most_mu: number | null;
}

/** What of a bolus is given at once, or what evenly over `asked_min`. */
export interface Portion {
  bolus_id: number;
  start: number;
  /** Null: its start is not in the log. */
  asked_mu: number | null;
  asked_min: number | null;
  given_mu: number | null;
  given_steps: number;
  elapsed_min: number | null;
  outcome: string;
  uncertain: Uncertain | null;
}

export function newPortion(bolus_id: number, start: number, asked_mu: number | null, asked_min: number | null = 0): Portion {
  const nothing = { given_mu: null, given_steps: 0, elapsed_min: null, outcome: "no_end", uncertain: null };
  return { bolus_id, start, asked_mu, asked_min, ...nothing };
}

/** One bolus, or a refusal to give one: of a combined one both portions, else one of them. */
export class Bolus {
  kind: string;
  readonly start: number;
  readonly source: string;
  now: Portion | null = null;
  later: Portion | null = null;
  refusal = "";
  /** What a refusal is about: mU, or minutes of a lockout. */
  limit = 0;
  /** Null: the amount was chosen by hand or a program. */
  calculation: Calculation | null = null;

  constructor(kind: string, start: number, source: string) {
    this.kind = kind;
    this.start = start;
    this.source = source;
  }

  /** What it consists of, the later one first: its number is that of the bolus. */
  get portions(): Portion[] {
    return [this.later, this.now].filter((one) => one !== null);
  }

  get bolus_id(): number {
    return this.portions[0]?.bolus_id ?? 0;
  }

  get asked_mu(): number | null {
    return sumOf(this.portions.map((one) => one.asked_mu));
  }

  get given_mu(): number | null {
    return sumOf(this.portions.map((one) => one.given_mu));
  }

  get given_steps(): number {
    return this.portions.reduce((sum, one) => sum + one.given_steps, 0);
  }

  get outcome(): string {
    const outcomes = this.portions.map((one) => one.outcome);
    const open = ["under_way", "no_end"].find((one) => outcomes.includes(one));
    return open ?? outcomes.find((one) => one !== "all_given") ?? "all_given";
  }

  get uncertain(): Uncertain | null {
    const [one, other] = this.portions.flatMap((portion) => portion.uncertain ?? []);
    return one && other ? together(one, other) : (one ?? null);
  }
}

function sumOf(parts: (number | null)[]): number | null {
  return parts.reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

export function together(one: Uncertain, other: Uncertain): Uncertain {
  return {
    ...one,
    start: Math.min(one.start, other.start),
    end: Math.max(one.end, other.end),
    least_steps: one.least_steps + other.least_steps,
    most_steps: one.most_steps + other.most_steps,
    least_mu: sumOf([one.least_mu, other.least_mu]),
    most_mu: sumOf([one.most_mu, other.most_mu]),
  };
}

/** What the pump's bolus calculator was told, and what it recommended. */
export interface Calculation {
  /** Of the bolus that followed. */
  bolus_id: number;
  carbs_g: number;
  /** Null: not measured. */
  glucose_mg_dl: number | null;
  recommended_mu: number;
}

export interface Alarm {
  alarm: string;
  priority: string;
  value: number;
  raised: number;
  acknowledged_s: number | null;
  cleared_s: number | null;
  lost_power: boolean;
}

export interface Stop extends Span {
  reason: string;
  source: string;
}

/** Without power; `known` is false where nothing tells how long. */
export interface Off extends Span {
  known: boolean;
  cause: string;
}

export interface Move {
  kind: string;
  start: number;
  steps: number;
  mu: number | null;
}

export interface Change {
  start: number;
  reservoir_mu: number | null;
}

export interface ClockChange {
  at: number;
  forward_s: number;
  utc_offset_min: number;
  source: string;
}

/** A basal rate in place of the program's; `percent` of it, or null for a rate of its own. */
export interface Temporary {
  start: number;
  end: number | null;
  percent: number | null;
  rate_mu_h: number;
  asked_min: number;
  steps: number | null;
  mu: number | null;
  outcome: string;
  source: string;
}

export interface Missing extends Span {
  records: number;
  reason: string;
}

/** At the end of the log: may be moving now, nothing confirms it yet. */
export interface UnderWay {
  kind: string;
  since: number;
  most_steps: number;
  most_mu: number | null;
}

/** Anything else that a reader of the day should know. */
export interface Note {
  at: number;
  event: string;
  severity: string;
  text: string;
}

export interface History {
  records: number;
  /** The log tells how many steps make a unit. */
  in_units: boolean;
  unknown_events: number;
  odometer_checks: number;
  odometer_differences: number;
  /** Stretches between records of one start. */
  covered: Span[];
  doses: Dose[];
  rates: Rate[];
  boluses: Bolus[];
  temporaries: Temporary[];
  uncertain: Uncertain[];
  alarms: Alarm[];
  stops: Stop[];
  offs: Off[];
  moves: Move[];
  changes: Change[];
  clock_changes: ClockChange[];
  /** When the pump called for attention again: of what was suspended, and of alarms nobody acknowledged. */
  reminders: number[];
  repeats: number[];
  /** What the pump counted as left in the reservoir, from a moment on; null where it is not known. */
  levels: Level[];
  missing: Missing[];
  under_way: UnderWay[];
  notes: Note[];
  /** The pump's own sums at midnight, by day since 1970: basal and bolus together. */
  day_totals: Map<number, number>;
}

export function newHistory(records: number): History {
  return {
    records,
    in_units: false,
    unknown_events: 0,
    odometer_checks: 0,
    odometer_differences: 0,
    covered: [],
    doses: [],
    rates: [],
    boluses: [],
    temporaries: [],
    uncertain: [],
    alarms: [],
    stops: [],
    offs: [],
    moves: [],
    changes: [],
    clock_changes: [],
    reminders: [],
    repeats: [],
    levels: [],
    missing: [],
    under_way: [],
    notes: [],
    day_totals: new Map(),
  };
}

export function isRefused(bolus: Bolus): boolean {
  return bolus.outcome === "refused";
}

export function isInterrupted(bolus: Bolus): boolean {
  return !["refused", "all_given", "under_way"].includes(bolus.outcome);
}

/** How much more was asked for than the calculator recommended; below 0: less. */
export function overrideOf({ calculation, asked_mu }: Bolus): number {
  return calculation === null || asked_mu === null ? 0 : asked_mu - calculation.recommended_mu;
}

/** Whether nothing leaves the reservoir in a move of this kind. */
export function isEmptyMove(kind: string): boolean {
  return ["rewind", "take_up"].includes(kind);
}
