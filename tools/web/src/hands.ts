// Fingers as a pump can feel them: however short a click was, the key is down and up for long enough.

import type { Button } from "./contract.ts";

const LEAST_MS = 80; // a key has settled after 25 ms

interface Move {
  name: "press" | "release";
  button: Button;
}

/** Moves that wait for their moment, in the pump's own time. */
export class Hands {
  readonly #waiting: Move[] = [];
  readonly #moved = new Map<Button, number>();

  add(name: Move["name"], button: Button): void {
    this.#waiting.push({ name, button });
  }

  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** When the next move is due; Infinity when none waits. */
  dueMs(): number {
    const next = this.#waiting[0];
    return next ? (this.#moved.get(next.button) ?? -LEAST_MS) + LEAST_MS : Infinity;
  }

  /** The move that is due by now, taken off the list. */
  take(nowMs: number): Move | undefined {
    if (this.dueMs() > nowMs) return undefined;
    const move = this.#waiting.shift();
    if (move) this.#moved.set(move.button, nowMs);
    return move;
  }

  /** The pump has no power: what was to come is of no use. */
  forget(): void {
    this.#waiting.length = 0;
    this.#moved.clear();
  }
}
