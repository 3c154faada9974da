// The worker: lets the pump's time go by beside the page, does what the page asks, tells what there is to see.

import { Clock } from "./clock.ts";
import type { Act, Button, FromWorker, Look, Scenario, ToWorker } from "./contract.ts";
import { Hands } from "./hands.ts";
import { Machine } from "./machine.ts";

const TURN_MS = 12;
const BUSY_MS = 20; // after so much work the page's wishes are looked at
const PIECE_MS = 20_000; // of the pump's time, at most, between two looks at the clock
const LOOK_MS = 33;
const HOME_MS = 1_000;
const EPOCH_MS = Date.UTC(2020, 0, 1);
// What a pump that nobody has set up is given, so that there is something to see: (minute, mU/h).
const PROGRAM = [
  [0, 700],
  [360, 1_000],
  [660, 800],
  [1_020, 900],
  [1_320, 750],
];
// Settings by number, see firmware/pump/core/settings.py: large steps and close limits, to be met in minutes.
const SETTINGS = [
  [1, 500], // bolus_step_mu
  [3, 3_000], // max_bolus_mu
  [4, 5_000], // max_hour_mu
  [20, 100], // carb_ratio_1_tenths_g: the calculator is there
  [24, 50], // correction_1_mg_dl
];

class Desk {
  readonly #uniqueId: string;
  readonly #clock = new Clock(performance.now());
  readonly #hands = new Hands();
  #machine: Machine;
  #acts: Act[];
  #endMs: number;
  #nowMs = 0;
  #powered = true;
  #lookedAt = 0;
  #starting = false;
  /** While a machine starts, what the page asks waits for it: the old one hears nothing any more. */
  #started: Promise<void> = Promise.resolve();

  private constructor(machine: Machine, uniqueId: string, scenario: Scenario | null) {
    this.#machine = machine;
    this.#uniqueId = uniqueId;
    this.#acts = scenario ? [...scenario.acts] : [];
    this.#endMs = scenario ? scenario.end_ms : -1;
  }

  static async open(scenario: Scenario | null): Promise<Desk> {
    const uniqueId = newUniqueId();
    const machine = await Machine.open(uniqueId);
    const problem = scenario ? machine.problemOf(JSON.stringify(scenario)) : "";
    if (problem) tell({ tell: "problem", words: `The shared session cannot be replayed: ${problem}.` });
    const desk = new Desk(machine, uniqueId, problem ? null : scenario);
    if (!desk.replaying) desk.#setUp();
    tell({ tell: "ready", facts: machine.facts(), replaying: desk.replaying });
    return desk;
  }

  get replaying(): boolean {
    return this.#endMs >= 0;
  }

  /** Runs for ever. */
  async run(): Promise<never> {
    for (;;) {
      const now = performance.now();
      await this.#pay(this.#clock.owed(now), now + BUSY_MS);
      if (performance.now() - this.#lookedAt >= LOOK_MS) this.#look();
      await new Promise((resolve) => setTimeout(resolve, TURN_MS));
    }
  }

  async hear(wish: ToWorker): Promise<void> {
    await this.#started;
    switch (wish.do) {
      case "press":
      case "release":
        this.#touch(wish.do, wish.button);
        break;
      case "speed":
        this.#clock.set(wish.speed);
        break;
      case "pause":
        this.#clock.paused = wish.on;
        break;
      case "pull":
        this.#pull();
        break;
      case "script":
        tell({ tell: "script", script: this.#machine.script() });
        break;
      default:
        if (!this.replaying) await this.#do(wish);
    }
    this.#look();
  }

  async #do(wish: ToWorker): Promise<void> {
    switch (wish.do) {
      case "power":
        await this.#power(wish.on);
        break;
      case "fault":
        this.#act("fault", wish.name, wish.there ? 1 : 0);
        break;
      case "syringe":
      case "damage_log":
        this.#act(wish.do);
        break;
      case "set_clock":
        this.#setClock();
        break;
    }
  }

  // Time

  async #pay(owedMs: number, until: number): Promise<void> {
    while (owedMs > 0 && !this.#starting) {
      await this.#doWhatIsDue();
      const piece = Math.min(owedMs, PIECE_MS, this.#roomMs());
      this.#nowMs += piece;
      this.#machine.runTo(this.#nowMs);
      owedMs -= piece;
      this.#clock.paid(piece, performance.now());
      if (performance.now() > until) {
        this.#clock.letGo();
        return;
      }
    }
  }

  /** How far time may go until the next thing is due; at least a millisecond. */
  #roomMs(): number {
    const act = this.#acts[0]?.[0] ?? Infinity;
    const end = this.replaying ? this.#endMs : Infinity;
    return Math.max(1, Math.min(this.#hands.dueMs(), act, end) - this.#nowMs);
  }

  async #doWhatIsDue(): Promise<void> {
    for (let move = this.#hands.take(this.#nowMs); move; move = this.#hands.take(this.#nowMs)) {
      this.#act(move.name, move.button);
    }
    while (this.#acts[0] && this.#acts[0][0] <= this.#nowMs) {
      const [, name, ...rest] = this.#acts.shift() as Act;
      if (name === "power") await this.#power(rest[0] === 1);
      else this.#act(name, ...rest);
    }
    if (this.replaying && this.#nowMs >= this.#endMs) {
      this.#endMs = -1;
      this.#clock.set(1);
    }
  }

  // Acts

  #touch(name: "press" | "release", button: Button): void {
    if (this.replaying) return;
    this.#hands.add(name, button);
    this.#clock.touch(performance.now());
  }

  #act(name: string, ...rest: unknown[]): void {
    const problem = this.#machine.act(name, ...rest);
    if (problem) tell({ tell: "problem", words: problem });
  }

  async #power(on: boolean): Promise<void> {
    if (on === this.#powered || this.#starting) return;
    this.#powered = on;
    this.#hands.forget();
    if (!on) {
      this.#act("power", 0);
      return;
    }
    // A machine that nothing of the last one's memory can reach: only the files, and the desk.
    this.#starting = true;
    this.#started = this.#restart();
    await this.#started;
  }

  async #restart(): Promise<void> {
    this.#machine = await Machine.open(this.#uniqueId, this.#machine.kept());
    this.#starting = false;
    this.#act("power", 1);
  }

  #setUp(): void {
    this.#act("ask", "set_time", clockNow());
    for (const setting of SETTINGS) this.#act("ask", "set_setting", setting);
    this.#act("ask", "set_basal", [], PROGRAM);
    this.#machine.runTo(HOME_MS / 2);
    this.#act("ask", "acknowledge");
    this.#nowMs = HOME_MS;
    this.#machine.runTo(HOME_MS);
  }

  #setClock(): void {
    const [localS, offsetMin] = clockNow();
    this.#act("ask", "set_time", [localS + Math.floor(this.#aheadMs() / 1000), offsetMin]);
  }

  /** How far the pump's day has run ahead of ours. */
  #aheadMs(): number {
    return this.#nowMs - (performance.now() - openedAt);
  }

  // Eyes

  #look(): void {
    if (this.#starting) return;
    const look = this.#machine.look();
    this.#nowMs = Math.max(this.#nowMs, look.at_ms);
    if (!this.replaying && this.#clock.wanted > 1 && isAlarm(look)) this.#clock.alarm();
    this.#lookedAt = performance.now();
    tell({ tell: "look", look, pace: this.#clock.pace(this.#lookedAt), replaying: this.replaying });
  }

  #pull(): void {
    // The look that follows tells how long it took.
    const log = this.replaying || !this.#powered ? "" : this.#machine.pull();
    tell({ tell: "pulled", log, records: log ? this.#machine.pulledRecords() : [] });
  }
}

function isAlarm(look: Look): boolean {
  return look.records.some(
    (record) => record.event === "alarm_raised" && record.fields["priority"] !== "low",
  );
}

/** [local seconds since 2020, minutes from UTC] of this computer. */
function clockNow(): [number, number] {
  const now = new Date();
  const offsetMin = -now.getTimezoneOffset();
  return [Math.floor((now.getTime() - EPOCH_MS) / 1000) + offsetMin * 60, offsetMin];
}

function newUniqueId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(5));
  return "776562" + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""); // "web"
}

function tell(message: FromWorker): void {
  self.postMessage(message);
}

const openedAt = performance.now();
let desk: Promise<Desk> | undefined;

self.onmessage = async (event: MessageEvent<ToWorker>) => {
  const wish = event.data;
  try {
    if (wish.do === "begin") {
      desk = Desk.open(wish.scenario);
      await (await desk).run();
    } else if (desk) await (await desk).hear(wish);
  } catch (error) {
    tell({ tell: "problem", words: `The page has failed and stands still: ${String(error)}` });
    throw error;
  }
};
