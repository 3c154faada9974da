// The buzzer: a square wave as a piezo makes it, at the moments when the pump switched it.

import type { Look } from "./contract.ts";

const LOUD = 0.05;
const AHEAD_S = 0.06; // covers the time between two looks
const STALE_S = 0.5;

export class Buzzer {
  on = true;
  #context: AudioContext | undefined;
  #gain: GainNode | undefined;
  #tone: OscillatorNode | undefined;
  /** Audio time minus session time, in seconds. */
  #shift = NaN;

  /** Browsers let a page sound only after a person has touched it. */
  wake(): void {
    if (this.#context || !("AudioContext" in window)) return;
    this.#context = new AudioContext();
    this.#gain = this.#context.createGain();
    this.#gain.gain.value = 0;
    this.#gain.connect(this.#context.destination);
    this.#tone = this.#context.createOscillator();
    this.#tone.type = "square";
    this.#tone.connect(this.#gain);
    this.#tone.start();
  }

  /** `audible` is false where time runs faster than a tone lasts. */
  hear(look: Look, audible: boolean): void {
    const { context, gain, tone } = { context: this.#context, gain: this.#gain, tone: this.#tone };
    if (!context || !gain || !tone) return;
    if (!this.on || !audible) {
      gain.gain.setTargetAtTime(0, context.currentTime, 0.005);
      return;
    }
    const atS = look.at_ms / 1000;
    const drift = context.currentTime + AHEAD_S - (atS + this.#shift);
    if (!(Math.abs(drift) < STALE_S)) this.#shift = context.currentTime + AHEAD_S - atS;
    for (const [ms, hz] of look.heard) {
      const when = Math.max(context.currentTime, ms / 1000 + this.#shift);
      if (hz) tone.frequency.setValueAtTime(hz, when);
      gain.gain.setValueAtTime(hz ? LOUD : 0, when);
    }
    if (!look.tone_hz && !look.heard.length) gain.gain.setTargetAtTime(0, context.currentTime + AHEAD_S, 0.005);
  }
}
