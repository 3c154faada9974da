// How fast the pump's time goes: as wanted, slower while somebody presses, and never more than can be made.

import type { Pace, Speed } from "./contract.ts";

const MOST_BEHIND_MS = 250; // what a slow computer may catch up with; the rest of the time is let go
const HANDS_MS = 8_000; // a person enters a dose by the clock
const MEASURE_MS = 1_500;
const FAST_ENOUGH = 0.85;

/** Owes the pump its time. All moments are those of performance.now(). */
export class Clock {
  wanted: Speed = 1;
  paused = false;
  alarmed = false;
  #last: number;
  #owedMs = 0;
  #handsUntil = 0;
  #measuredFrom: number;
  #madeMs = 0;
  #measured = 1;

  constructor(now: number) {
    this.#last = this.#measuredFrom = now;
  }

  set(speed: Speed): void {
    this.wanted = speed;
    this.alarmed = false;
    this.#handsUntil = 0;
    this.#forget();
  }

  /** An alarm sounded: time goes on at 1x until somebody wants it otherwise. */
  alarm(): void {
    this.alarmed = this.wanted > 1;
    this.wanted = 1;
    this.#forget();
  }

  /** Somebody touches the keys. */
  touch(now: number): void {
    if (this.speed(now) > 1) this.#forget();
    this.#handsUntil = now + HANDS_MS;
  }

  speed(now: number): number {
    if (this.paused) return 0;
    return now < this.#handsUntil ? 1 : this.wanted;
  }

  /** Whole milliseconds that the pump is owed by now. */
  owed(now: number): number {
    this.#owedMs += Math.min(now - this.#last, MOST_BEHIND_MS) * this.speed(now);
    this.#last = now;
    return Math.floor(this.#owedMs);
  }

  /** The pump was given so much. */
  paid(ms: number, now: number): void {
    this.#owedMs -= ms;
    this.#madeMs += ms;
    const since = now - this.#measuredFrom;
    if (since < MEASURE_MS) return;
    this.#measured = this.#madeMs / since;
    this.#madeMs = 0;
    this.#measuredFrom = now;
  }

  /** Whatever could not be made in time is let go. */
  letGo(): void {
    this.#owedMs = Math.min(this.#owedMs, 1);
  }

  pace(now: number): Pace {
    const speed = this.speed(now);
    return {
      wanted: this.wanted,
      now: speed,
      measured: this.#measured,
      because: this.#because(now, speed),
    };
  }

  #because(now: number, speed: number): Pace["because"] {
    if (this.paused) return "pause";
    if (this.alarmed) return "alarm";
    if (now < this.#handsUntil && this.wanted > 1) return "hands";
    return this.#measured < FAST_ENOUGH * speed ? "computer" : "";
  }

  #forget(): void {
    this.#owedMs = 0;
    this.#madeMs = 0;
    this.#measuredFrom = this.#last;
    this.#measured = this.wanted;
  }
}
