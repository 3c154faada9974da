// Reads the records of a log from front to back into a History, by the rules of tools/basalt/history_reader.py: what
// host_tests/tools/test_page_figures_host.py holds the two to.
//
// A lease is closed by the next record of its kind, which tells what it made; a power cut leaves it open, and the record
// `uncertain` after the restart gives its bounds. Where records are missing, the odometer in the checkpoints tells what
// they did.

import { Boluses, type Moment } from "./bolus_reader.ts";
import type { LogRecord } from "./contract.ts";
import {
  type Alarm,
  Bolus,
  type Calculation,
  type Change,
  DAY_MS,
  type History,
  isEmptyMove,
  type Move,
  newHistory,
  newPortion,
  type Stop,
  type Temporary,
} from "./history.ts";
import { noteOf, span } from "./history_notes.ts";
import { fixed, nearest } from "./numbers.ts";
import { type Anchor, type Wall, wallOf } from "./wall.ts";

const FLAG_SUSPENDED = 1;
const QUARTER_MIN = 15;
/** What a refusal says was asked for, and the kind of bolus that it would have been. */
const REFUSED_BOLUSES: Record<string, string> = {
  bolus: "normal",
  extended_bolus: "extended",
  combined_bolus: "combined",
};
const STOPPING_FAULTS = ["motor_error", "system_error"];

/** `damaged` is how many records came that were not whole. */
export function readHistory(records: readonly LogRecord[], anchor: Anchor, damaged = 0): History {
  return new Reader(records, wallOf(records, anchor), damaged).history;
}

/** Leave to move up to so many steps, since record `at`. */
interface Lease {
  at: number;
  most: number;
}

class Reader {
  readonly history: History;
  readonly #records: readonly LogRecord[];
  readonly #wall: Wall;
  /** Of each record: the last one of its boot, and which piece of one boot and one setting of the clock it is in. */
  readonly #bootEnd: number[] = [];
  readonly #piece: number[] = [];
  /** Of each piece: where it begins, in uptime and on the wall. */
  readonly #begins: { uptime: number; wall: number }[] = [];
  #at = 0;
  #scale: [numerator: number, denominator: number] | undefined;
  #scaleTold: [numerator: number, denominator: number] | undefined; // the last that a note says
  #lease: Lease | undefined;
  #leaseCut: Lease | undefined; // open when the power was lost
  #rate: { at: number; rate_mu_h: number } | undefined;
  #temporary: Temporary | undefined;
  #temporaryAt = 0;
  readonly #boluses: Boluses;
  #asked: LogRecord | undefined; // what the calculator was told
  #reckoned: Calculation | undefined;
  #move: Move | undefined;
  #moveAt = 0;
  #stop: Stop | undefined;
  #stopCut: Stop | undefined; // open when the power was lost
  #change: Change | undefined;
  #countedDay: number | undefined; // that the next day total is of
  #failed = false; // a motor error in this boot
  #reservoir: number | null = null;
  readonly #alarms = new Map<string, Alarm>();
  #odometer: number | undefined; // steps at the last checkpoint
  #made = 0; // dose steps since that checkpoint
  #hole: { start: number; end: number } | undefined; // where records are missing since then

  constructor(records: readonly LogRecord[], wall: Wall, damaged: number) {
    this.#records = records;
    this.#wall = wall;
    this.history = newHistory(records.length);
    this.#boluses = new Boluses(this.history.boluses, (steps) => this.#mu(steps));
    this.history.unknown_events = records.filter((one) => one.event.startsWith("event_")).length;
    if (damaged) this.history.missing.push({ start: 0, end: 0, records: damaged, reason: "damaged" });
    if (!records.length) return;
    const told = records.find((one) => ["boot", "scale"].includes(one.event) && one.fields["steps_numerator"]);
    if (told) this.#setScale(told);
    this.history.in_units = this.#scale !== undefined;
    this.#scaleTold = this.#scale;
    this.#prepare();
    records.forEach((record, at) => {
      this.#read(record, at);
      if (!at || this.#afterHole(at)) this.#countFrom(at);
    });
    this.#finish();
  }

  // What lies between two records

  #prepare(): void {
    const last = this.#records.length - 1;
    for (const at of this.#records.keys()) {
      const fresh = this.#startsBoot(at);
      if (fresh || this.#ms(at) - this.#uptime(at) !== this.#ms(at - 1) - this.#uptime(at - 1)) {
        // The record of a clock change still carries the old time: the new piece begins with it.
        const begin = !fresh && this.#records[at - 1]?.event === "clock_set" ? at - 1 : at;
        const wall = this.#ms(at) - (this.#uptime(at) - this.#uptime(begin));
        this.#begins.push({ uptime: this.#uptime(begin), wall });
        this.#cover(at, wall);
      } else if (this.#afterHole(at)) this.#cover(at, this.#ms(at));
      this.#piece.push(this.#begins.length - 1);
    }
    this.#endCover(last);
    let end = last;
    for (let at = last; at >= 0; at--) {
      this.#bootEnd[at] = end;
      if (this.#startsBoot(at)) end = at - 1;
    }
  }

  #cover(at: number, start: number): void {
    this.#endCover(at - 1);
    this.history.covered.push({ start, end: start });
  }

  #endCover(at: number): void {
    const open = this.history.covered.at(-1);
    if (open) open.end = this.#ms(at);
  }

  #ms(at: number): number {
    return this.#wall.ms[at] as number;
  }

  #uptime(at: number): number {
    return (this.#records[at] as LogRecord).uptime_ms;
  }

  #startsBoot(at: number): boolean {
    return at === 0 || this.#records[at]?.boot !== this.#records[at - 1]?.boot;
  }

  #afterHole(at: number): boolean {
    return at > 0 && this.#records[at]?.seq !== (this.#records[at - 1]?.seq ?? 0) + 1;
  }

  /** The time between two records, cut where the wall clock was changed. */
  #pieces(start: number, until: number): { start: number; end: number; share: number }[] {
    const end = Math.min(until, this.#bootEnd[start] as number);
    const [first, last] = [this.#piece[start] as number, this.#piece[end] as number];
    if (first === last) return [{ start: this.#ms(start), end: this.#ms(end), share: 1 }];
    const whole = this.#uptime(end) - this.#uptime(start) || 1;
    const begins = [
      { uptime: this.#uptime(start), wall: this.#ms(start) },
      ...this.#begins.slice(first + 1, last + 1),
    ];
    return begins.map(({ uptime, wall }, index) => {
      const length = Math.max(0, (begins[index + 1]?.uptime ?? this.#uptime(end)) - uptime);
      return { start: wall, end: wall + length, share: length / whole };
    });
  }

  // One record

  #read(record: LogRecord, at: number): void {
    this.#at = at;
    if (this.#afterHole(at)) this.#recordsMissing(at);
    if (this.#startsBoot(at)) this.#restarted(at, record.event === "boot");
    const number = (name: string) => Number(record.fields[name] ?? 0);
    const word = (name: string) => String(record.fields[name] ?? "");
    const note = noteOf(record);
    if (note) this.#note(record.event, ...note);
    switch (record.event) {
      case "boot":
        this.#boot(record, word("cause"));
        break;
      case "scale":
        this.#scaleSet(record);
        break;
      case "clock_set":
        this.#clockSet(number("new_local_s") - number("old_local_s"), number("utc_offset_min"), word("source"));
        break;
      case "day_total":
        this.#dayTotal(number("basal_mu") + number("bolus_mu"));
        break;
      case "checkpoint":
        this.#checkpoint(number("odometer_steps"), number("reservoir_steps"), number("flags"));
        break;
      case "basal_lease":
        this.#basalLease(number("made_steps"), number("max_steps"), number("rate_mu_h"));
        break;
      case "refused":
        this.#refused(record);
        break;
      case "uncertain":
        this.#uncertain(word("kind"), number("min_steps"), number("max_steps"), number("bolus_id"));
        break;
      default:
        if (!this.#readBolus(record.event, number, word)) this.#readOther(record.event, number, word);
    }
  }

  /** Whether it was the record of a bolus. */
  #readBolus(event: string, number: (name: string) => number, word: (name: string) => string): boolean {
    const [id, made, most] = [number("bolus_id"), number("made_steps"), number("max_steps")];
    const [asked_mu, given] = [number("asked_mu"), [number("given_mu"), number("given_steps")] as [number, number]];
    const [moment, boluses] = [this.#moment(), this.#boluses];
    switch (event) {
      case "bolus_start":
        this.#reckon(boluses.start(moment, id, asked_mu, word("source")));
        this.#reckoned = undefined;
        break;
      case "bolus_part":
        this.#dose("bolus", boluses.part(moment, id, made, most), made);
        break;
      case "bolus_end":
        this.#dose("bolus", ...boluses.end(moment, id, ...given, word("reason")));
        break;
      case "extended_start": {
        const asked: [number, number] = [asked_mu, number("duration_15min") * QUARTER_MIN];
        this.#reckon(boluses.startLater(moment, id, asked, number("combined") !== 0, word("source")));
        break;
      }
      case "extended_part":
        this.#dose("bolus", boluses.partLater(moment, id, made, most), made);
        break;
      case "extended_end":
        this.#dose("bolus", ...boluses.endLater(moment, id, given, number("elapsed_min"), word("reason")));
        break;
      case "checkpoint_extended":
        boluses.checkpointLater(moment, id, asked_mu, number("given_steps"));
        break;
      case "checkpoint_today":
        boluses.checkpointEnds();
        break;
      default:
        return false;
    }
    return true;
  }

  #readOther(event: string, number: (name: string) => number, word: (name: string) => string): void {
    switch (event) {
      case "move_start":
        this.#beginMove(word("kind"));
        break;
      case "move_part":
        this.#moved(word("kind"), number("made_steps"));
        break;
      case "move_end":
        this.#moveEnd(word("kind"), number("made_steps"), number("total_steps"));
        break;
      case "calculation":
        this.#asked = this.#records[this.#at];
        break;
      case "calculated":
        this.#calculated(number("recommended_mu"), number("bolus_id"));
        break;
      case "temporary_start":
        this.#temporaryStart(number, word("source"));
        break;
      case "temporary_end":
        this.#temporaryEnd(number("elapsed_s"), number("given_steps"), word("reason"));
        break;
      case "suspend":
        if (!this.#stop) this.#openStop(word("alarm") === "none" ? "suspended" : word("alarm"), word("source"));
        break;
      case "resume":
        this.#resume(number("suspended_s"));
        break;
      case "change_start":
        this.#changeStart();
        break;
      case "reservoir_set":
        this.#openChange().reservoir_mu = number("reservoir_mu");
        this.#setReservoir(number("reservoir_steps"));
        break;
      case "service":
        if (!this.#stop) this.#openStop("service", word("source"));
        break;
      case "motor_error":
        this.#failed = true;
        break;
      case "reminder":
        this.history.reminders.push(this.#now());
        break;
      case "alarm_repeated":
        this.history.repeats.push(this.#now());
        break;
      default:
        this.#readAlarm(event, number, word);
    }
  }

  #readAlarm(event: string, number: (name: string) => number, word: (name: string) => string): void {
    const name = word("alarm");
    const alarm = this.#alarms.get(name);
    if (event === "alarm_raised") this.#raised(name, word("priority"), number("value"));
    else if (event === "alarm_acknowledged" && alarm) alarm.acknowledged_s ??= number("after_s");
    else if (event === "alarm_cleared" && alarm) {
      alarm.cleared_s = number("after_s");
      this.#alarms.delete(name);
    }
  }

  // The log itself

  /** What was open may have been closed, and opened anew, in the records that are missing. */
  #recordsMissing(at: number): void {
    const [before, after] = [this.#records[at - 1]?.seq ?? 0, this.#records[at]?.seq ?? 0];
    const [start, end] = [this.#ms(at - 1), this.#ms(at)];
    this.history.missing.push({ start, end, records: after - before - 1, reason: "missing" });
    const open = [at - 1, ...(this.#lease ? [this.#lease.at] : []), ...this.#boluses.openSince()];
    this.#hole = { start: this.#hole?.start ?? this.#ms(Math.min(...open)), end };
    this.#lease = undefined;
    this.#temporary = undefined;
    this.#endRate(at - 1);
    this.#boluses.recordsMissing();
    this.#moveAt = at;
    this.#countedDay = undefined;
  }

  /** The records before `at` were written before the power went. */
  #restarted(at: number, told: boolean): void {
    if (at === 0) return;
    if (!told) this.#off(at, "unknown");
    this.#endRate(at - 1);
    this.#boluses.restarted();
    this.#leaseCut = this.#lease;
    this.#lease = undefined;
    for (const alarm of this.#alarms.values()) alarm.lost_power = true;
    this.#alarms.clear();
    if (this.#stop) {
      this.#stop.end = this.#ms(at - 1);
      this.#stopCut = this.#stop;
      this.#stop = undefined;
    }
    this.#change = undefined;
    this.#failed = false;
  }

  #boot(record: LogRecord, cause: string): void {
    this.#setScale(record);
    if (this.#at) this.#off(this.#at, cause);
  }

  /** A start tells what a cut left open by the old scale, between its boot and the new one: no change of it. */
  #scaleSet(record: LogRecord): void {
    this.#setScale(record);
    if (String(this.#scale) === String(this.#scaleTold)) return;
    this.#scaleTold = this.#scale;
    const [steps, units] = this.#scale ?? [0, 1];
    this.#note("scale", "info", `A unit has ${fixed(steps / units, 1)} steps from here on`);
  }

  #setScale(told: LogRecord): void {
    const [numerator, denominator] = [told.fields["steps_numerator"], told.fields["steps_denominator"]].map(Number);
    if (numerator && denominator) this.#scale = [numerator, denominator];
  }

  #off(at: number, cause: string): void {
    const isKnown = (place: number) => this.#wall.clock[place] !== "assumed";
    const [start, end] = [this.#ms(at - 1), this.#ms(at)];
    // A clock that was set back over the cut tells no length.
    const known = isKnown(at) && isKnown(at - 1) && !this.#afterHole(at) && end >= start;
    this.history.offs.push({ start, end, known, cause });
  }

  #clockSet(forward_s: number, utc_offset_min: number, source: string): void {
    this.history.clock_changes.push({ at: this.#now(), forward_s, utc_offset_min, source });
  }

  #dayTotal(mu: number): void {
    // It closes the day in which the pump began to count, by the pump's own clock.
    const day = this.#countedDay;
    if (day !== undefined && this.#wall.clock[this.#at] === "set") {
      this.history.day_totals.set(day, (this.history.day_totals.get(day) ?? 0) + mu);
    }
    this.#countFrom(this.#at);
  }

  /** The sums of the next day total begin with record `at`. */
  #countFrom(at: number): void {
    this.#countedDay = this.#wall.clock[at] === "set" ? Math.floor(this.#ms(at) / DAY_MS) : undefined;
  }

  #checkpoint(odometer: number, reservoir: number, flags: number): void {
    if (this.#odometer !== undefined) this.#compare(odometer - this.#odometer - this.#made);
    this.#odometer = odometer;
    this.#made = 0;
    this.#hole = undefined;
    this.#setReservoir(reservoir >= 0 ? reservoir : null);
    this.#boluses.checkpointBegins();
    if (this.#stopCut && flags & FLAG_SUSPENDED) this.#openStop(this.#stopCut.reason, this.#stopCut.source);
    this.#stopCut = undefined;
  }

  #compare(difference: number): void {
    this.history.odometer_checks += 1;
    if (!difference) return;
    if (difference > 0 && this.#hole) {
      this.#doubt("unknown", this.#hole.start, this.#hole.end, [difference, difference], "missing_records", 0);
      return;
    }
    this.history.odometer_differences += 1;
    const steps = `${difference > 0 ? "+" : ""}${difference} steps`;
    this.#note("odometer", "fault", `The odometer and the doses in the log differ by ${steps}`);
  }

  // Doses

  #basalLease(made: number, most: number, rate_mu_h: number): void {
    const at = this.#at;
    this.#dose("basal", this.#lease?.at ?? at, made);
    this.#lease = most ? { at, most } : undefined;
    this.#leaseCut = undefined;
    if (most) this.#endStop(); // its resume is not in the log, but basal runs
    if (this.#rate?.rate_mu_h === rate_mu_h) return;
    this.#endRate(at);
    this.#rate = { at, rate_mu_h };
  }

  #endRate(at: number): void {
    const rate = this.#rate;
    if (!rate) return;
    for (const { start, end } of this.#pieces(rate.at, at)) {
      const before = this.history.rates.at(-1);
      // A checkpoint closes the lease and opens it anew in the same moment: that is no change.
      if (before && before.end === start && before.rate_mu_h === rate.rate_mu_h) before.end = end;
      else if (end > start) this.history.rates.push({ start, end, rate_mu_h: rate.rate_mu_h });
    }
    this.#rate = undefined;
  }

  #temporaryStart(number: (name: string) => number, source: string): void {
    const percent = number("percent");
    this.#temporary = {
      start: this.#now(),
      end: null,
      percent: percent >= 0 ? percent : null,
      rate_mu_h: number("rate_mu_h"),
      asked_min: number("duration_min"),
      steps: null,
      mu: null,
      outcome: "no_end",
      source,
    };
    this.#temporaryAt = this.#at;
    this.history.temporaries.push(this.#temporary);
  }

  #temporaryEnd(elapsed_s: number, steps: number, reason: string): void {
    const found = this.#temporary;
    if (!found) return; // its start is among records that are missing
    const sameBoot = this.#bootEnd[this.#temporaryAt] === this.#bootEnd[this.#at];
    found.end = sameBoot ? this.#now() : found.start + elapsed_s * 1000;
    [found.steps, found.mu, found.outcome] = [steps, this.#mu(steps), reason];
    this.#temporary = undefined;
    const given = found.mu === null ? `${steps} steps` : `${fixed(found.mu / 1000, 2)} U`;
    const text = `Temporary basal over (${reason.replaceAll("_", " ")}): ${given} in ${span(elapsed_s)}`;
    this.#note("temporary_end", "info", text);
  }

  #calculated(recommended_mu: number, bolus_id: number): void {
    const asked = this.#asked?.fields;
    this.#asked = undefined;
    if (!asked) return;
    const glucose_mg_dl = Number(asked["glucose_mg_dl"]) || null;
    this.#reckoned = { bolus_id, carbs_g: Number(asked["carbs_g"]), glucose_mg_dl, recommended_mu };
  }

  /** Tell a bolus what the calculator said of it. */
  #reckon(bolus: Bolus): void {
    const its = bolus.portions.some((one) => one.bolus_id === this.#reckoned?.bolus_id);
    if (its && this.#reckoned) bolus.calculation = this.#reckoned;
  }

  #refused(record: LogRecord): void {
    const kind = REFUSED_BOLUSES[String(record.fields["command"])];
    if (kind === undefined) return;
    const bolus = new Bolus(kind, this.#now(), String(record.fields["source"]));
    bolus.now = newPortion(0, this.#now(), Number(record.fields["asked"]));
    Object.assign(bolus.now, { given_mu: 0, outcome: "refused" });
    [bolus.refusal, bolus.limit] = [String(record.fields["code"]), Number(record.fields["limit"])];
    this.history.boluses.push(bolus);
  }

  #uncertain(kind: string, least: number, most: number, bolus_id: number): void {
    const start = this.#cutStart(kind, bolus_id);
    const end = Math.min(this.#bootEnd[start] as number, this.#at);
    // With power on, only a motor error leaves steps in doubt.
    const cause = this.#failed ? "motor_error" : "power_lost";
    const found = this.#doubt(kind, this.#ms(start), this.#ms(end), [least, most], cause, bolus_id);
    if (!isEmptyMove(kind)) this.#drain(most);
    if (kind === "bolus") this.#boluses.doubt(this.#moment(), bolus_id, this.#failed, found);
  }

  #doubt(
    kind: string,
    start: number,
    end: number,
    [least_steps, most_steps]: [number, number],
    cause: string,
    bolus_id: number,
  ): History["uncertain"][number] {
    const [least_mu, most_mu] = [this.#mu(least_steps), this.#mu(most_steps)];
    const found = { kind, start, end, cause, bolus_id, least_steps, most_steps, least_mu, most_mu };
    this.history.uncertain.push(found);
    return found;
  }

  /** The record since which it is uncertain. */
  #cutStart(kind: string, bolus_id: number): number {
    if (kind === "basal") return this.#leaseCut?.at ?? this.#at;
    if (kind === "bolus") return this.#boluses.since(bolus_id) ?? this.#at;
    return this.#moveAt;
  }

  #dose(kind: "basal" | "bolus", from: number, steps: number): void {
    if (!steps) return;
    this.#made += steps;
    this.#drain(steps);
    let left = steps;
    const pieces = this.#pieces(from, this.#at);
    pieces.forEach(({ start, end, share }, index) => {
      const part = index === pieces.length - 1 ? left : Math.min(left, nearest(steps * share));
      left -= part;
      if (part) this.history.doses.push({ kind, start, end, steps: part, mu: this.#mu(part) });
    });
  }

  // Moves, changes, stops, alarms

  #beginMove(kind: string): Move {
    this.#move = { kind, start: this.#now(), steps: 0, mu: null };
    this.#moveAt = this.#at;
    this.history.moves.push(this.#move);
    return this.#move;
  }

  #moved(kind: string, made: number): void {
    const move = this.#move ?? this.#beginMove(kind);
    move.steps += made;
    move.mu = this.#mu(move.steps);
    this.#moveAt = this.#at;
    if (!isEmptyMove(move.kind)) this.#drain(made);
  }

  #moveEnd(kind: string, made: number, total: number): void {
    const move = this.#move ?? this.#beginMove(kind);
    move.steps = total;
    move.mu = this.#mu(total);
    if (!isEmptyMove(move.kind)) this.#drain(made);
    this.#move = undefined;
  }

  #openChange(): Change {
    if (!this.#change) {
      this.#change = { start: this.#now(), reservoir_mu: null };
      this.history.changes.push(this.#change);
    }
    return this.#change;
  }

  #changeStart(): void {
    this.#change = undefined;
    this.#openChange();
    this.#setReservoir(null);
    if (this.#stop?.start === this.#now() && this.#stop.reason === "suspended") this.#stop.reason = "reservoir_change";
  }

  #openStop(reason: string, source: string): Stop {
    this.#stop = { start: this.#now(), end: this.#now(), reason, source };
    this.history.stops.push(this.#stop);
    return this.#stop;
  }

  #endStop(): void {
    if (this.#stop) this.#stop.end = Math.max(this.#stop.start, this.#now());
    this.#stop = undefined;
    this.#change = undefined;
  }

  #resume(suspended_s: number): void {
    // Where its beginning is not in the log, its length is.
    if (!this.#stop) this.#openStop("suspended", "").start = this.#now() - suspended_s * 1000;
    this.#endStop();
  }

  #raised(alarm: string, priority: string, value: number): void {
    const risen: Alarm = {
      alarm,
      priority,
      value,
      raised: this.#now(),
      acknowledged_s: null,
      cleared_s: null,
      lost_power: false,
    };
    this.#alarms.set(alarm, risen);
    this.history.alarms.push(risen);
    // The pump writes no `suspend` for a fault.
    if (STOPPING_FAULTS.includes(alarm) && !this.#stop) this.#openStop(alarm, "rule");
  }

  #drain(steps: number): void {
    if (this.#reservoir !== null) this.#setReservoir(Math.max(0, this.#reservoir - steps));
  }

  #setReservoir(steps: number | null): void {
    if (steps === this.#reservoir) return;
    this.#reservoir = steps;
    this.history.levels.push({ at: this.#now(), steps, mu: steps === null ? null : this.#mu(steps) });
  }

  // Helpers

  #now(): number {
    return this.#ms(this.#at);
  }

  #moment(): Moment {
    return { at: this.#at, ms: this.#now() };
  }

  #mu(steps: number): number | null {
    return this.#scale ? (steps * 1000 * this.#scale[1]) / this.#scale[0] : null;
  }

  #note(event: string, severity: string, text: string): void {
    this.history.notes.push({ at: this.#now(), event, severity, text });
  }

  /** What is open at the end of the log is under way, or was when it was pulled. */
  #finish(): void {
    if (this.#temporary) this.#temporary.outcome = "under_way";
    const open = (kind: string, { at, most }: { at?: number | undefined; most: number } = { most: 0 }) => {
      if (at === undefined) return;
      this.history.under_way.push({ kind, since: this.#ms(at), most_steps: most, most_mu: this.#mu(most) });
    };
    this.#boluses.finish();
    open("basal", this.#lease);
    open("bolus", this.#boluses.now);
    open("extended bolus", this.#boluses.later);
    if (this.#stop) this.#stop.end = Math.max(this.#stop.start, this.#now());
    this.#endRate(this.#at);
  }
}
