// Follows the boluses of a log by the rules of tools/basalt/bolus_reader.py: to which of them a record belongs, and which
// part of it is open.
//
// A normal bolus may run beside an extended one. A combined bolus is an extended one and, with the next number, the normal
// one that is given at once.

import { Bolus, newPortion, type Portion, together, type Uncertain } from "./history.ts";

const MOST_ID = 65_535;

/** The record that is read now. */
export interface Moment {
  at: number;
  ms: number;
}

/** A portion that runs. */
class Open {
  readonly bolus: Bolus;
  readonly portion: Portion;
  /** Whether what it gave by now is known, and not only since the log goes back. */
  isKnown: boolean;
  /** The record that opened its part, and the steps of that. */
  at: number | undefined;
  most = 0;

  constructor(bolus: Bolus, portion: Portion, isKnown: boolean) {
    this.bolus = bolus;
    this.portion = portion;
    this.isKnown = isKnown;
  }
}

/** Every bolus of a log, into `found`. `mu` says how much some steps are. */
export class Boluses {
  now: Open | undefined;
  later: Open | undefined;
  readonly #found: Bolus[];
  readonly #mu: (steps: number) => number | null;
  #awaited: Bolus | undefined; // a combined one, of which the rest follows at once
  #checkpointed = true; // of `later`, by the checkpoint that is being read

  constructor(found: Bolus[], mu: (steps: number) => number | null) {
    this.#found = found;
    this.#mu = mu;
  }

  /** A normal bolus begins, or what a combined one gives at once. */
  start(moment: Moment, bolus_id: number, asked_mu: number | null, source: string): Bolus {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    const isIts = awaited && (awaited.bolus_id % MOST_ID) + 1 === bolus_id;
    const bolus = isIts ? awaited : this.#begun("normal", source, moment);
    bolus.now = newPortion(bolus_id, moment.ms, asked_mu);
    this.now = new Open(bolus, bolus.now, true);
    return bolus;
  }

  /** A part is open from here on: the record since which the one before it was. */
  part(moment: Moment, bolus_id: number, made: number, most: number): number {
    return this.#next(this.#running(moment, bolus_id), moment, made, most);
  }

  /** It is over: what of it no part told before, and since when it was made. */
  end(moment: Moment, bolus_id: number, given_mu: number, given_steps: number, outcome: string): [number, number] {
    const running = this.#running(moment, bolus_id);
    this.now = undefined;
    return closed(running, moment, given_mu, given_steps, outcome);
  }

  /** An extended bolus begins, or the extended part of a combined one. */
  startLater(moment: Moment, bolus_id: number, asked: [mu: number, minutes: number], combined: boolean, source: string): Bolus {
    const bolus = this.#begun(combined ? "combined" : "extended", source, moment);
    bolus.later = newPortion(bolus_id, moment.ms, ...asked);
    this.later = new Open(bolus, bolus.later, true);
    this.#awaited = combined ? bolus : undefined;
    return bolus;
  }

  partLater(moment: Moment, bolus_id: number, made: number, most: number): number {
    return this.#next(this.#runningLater(moment, bolus_id), moment, made, most);
  }

  endLater(
    moment: Moment,
    bolus_id: number,
    [given_mu, given_steps]: [number, number],
    elapsed_min: number,
    outcome: string,
  ): [number, number] {
    const running = this.#runningLater(moment, bolus_id);
    this.later = undefined;
    running.portion.elapsed_min = elapsed_min;
    return closed(running, moment, given_mu, given_steps, outcome);
  }

  /** What it gave by now, whatever of it is missing from the log. */
  checkpointLater(moment: Moment, bolus_id: number, asked_mu: number, given_steps: number): void {
    const running = this.#runningLater(moment, bolus_id);
    running.isKnown = true;
    running.portion.asked_mu = asked_mu;
    this.#gave(running.portion, given_steps);
    this.#checkpointed = true;
  }

  /** So much of it is uncertain; `mayHaveEnded`: its end may be in the log already. */
  doubt(moment: Moment, bolus_id: number, mayHaveEnded: boolean, found: Uncertain): void {
    const ended = mayHaveEnded && this.#found.flatMap((bolus) => bolus.portions).findLast((one) => one.bolus_id === bolus_id);
    const portion = ended || (this.#open(bolus_id) ?? this.#running(moment, bolus_id)).portion;
    portion.uncertain = portion.uncertain ? together(portion.uncertain, found) : found;
  }

  /** The record that opened the part that is open. */
  since(bolus_id: number): number | undefined {
    return this.#open(bolus_id)?.at;
  }

  /** The records that opened all parts that are open. */
  openSince(): number[] {
    return [this.now, this.later].flatMap((one) => one?.at ?? []);
  }

  /** What a combined bolus was to give at once no longer follows. */
  restarted(): void {
    this.#awaited = undefined;
  }

  /** The parts that were open may have been closed, and others opened. */
  recordsMissing(): void {
    this.#awaited = undefined;
    for (const one of [this.now, this.later]) if (one) one.at = undefined;
  }

  checkpointBegins(): void {
    this.#checkpointed = false;
  }

  /** Where it told of no extended bolus, none runs: the end of one is among records that are missing. */
  checkpointEnds(): void {
    if (!this.#checkpointed) this.later = undefined;
    this.#checkpointed = true;
  }

  /** The log ends here: what is open runs on. */
  finish(): void {
    if (this.now?.at !== undefined) this.now.portion.outcome = "under_way";
    if (this.later) this.later.portion.outcome = "under_way";
  }

  /** The open one of this number; a new one when its start is not in the log. */
  #running(moment: Moment, bolus_id: number): Open {
    if (this.now?.portion.bolus_id !== bolus_id) this.start(moment, bolus_id, null, "");
    return this.now as Open;
  }

  #runningLater(moment: Moment, bolus_id: number): Open {
    if (this.later?.portion.bolus_id === bolus_id) return this.later;
    let bolus: Bolus;
    let portion = newPortion(bolus_id, moment.ms, null, null);
    if (this.now?.portion.bolus_id === bolus_id) {
      ({ bolus, portion } = this.now); // what was uncertain of it came first
      [bolus.kind, bolus.now, portion.asked_min, this.now] = ["extended", null, null, undefined];
    } else bolus = this.#begun("extended", "", moment);
    bolus.later = portion;
    this.later = new Open(bolus, portion, false);
    return this.later;
  }

  #begun(kind: string, source: string, moment: Moment): Bolus {
    const bolus = new Bolus(kind, moment.ms, source);
    this.#found.push(bolus);
    return bolus;
  }

  #open(bolus_id: number): Open | undefined {
    return [this.now, this.later].find((one) => one?.portion.bolus_id === bolus_id);
  }

  #next(running: Open, moment: Moment, made: number, most: number): number {
    const since = running.at ?? moment.at;
    this.#gave(running.portion, running.portion.given_steps + made);
    [running.at, running.most] = [moment.at, most];
    return since;
  }

  #gave(portion: Portion, steps: number): void {
    const mu = this.#mu(steps);
    portion.given_steps = steps;
    portion.given_mu = mu === null ? null : Math.trunc(mu);
  }
}

function closed(
  { portion, at, isKnown }: Open,
  moment: Moment,
  given_mu: number,
  given_steps: number,
  outcome: string,
): [since: number, steps: number] {
  // Where the log does not hold all of it, how much of the sum is of its last part nobody knows.
  const steps = isKnown ? Math.max(0, given_steps - portion.given_steps) : 0;
  Object.assign(portion, { given_mu, given_steps, outcome });
  return [at ?? moment.at, steps];
}
