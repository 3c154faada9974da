// Runs the pump in a fresh MicroPython: each power-on is a machine of its own on the files of the last.

import {
  loadMicroPython,
  type MicroPython,
} from "@micropython/micropython-webassembly-pyscript/micropython.mjs";
import wasm from "@micropython/micropython-webassembly-pyscript/micropython.wasm?url";
import files from "virtual:python";
import type { Facts, LogRecord, Look } from "./contract.ts";
import { rememberTableEntries } from "./table_entries.ts";

const HOME = "/basalt";
const HEAP_BYTES = 1024 * 1024; // it grows by itself where that is too little

/** What tools/web/python/page.py can be asked: texts in, a text back. Numbers as texts, for they may be large. */
const CALLS = [
  "start",
  "facts",
  "keep",
  "keep_disk",
  "script",
  "problem_of",
  "run_to",
  "act",
  "look",
  "pull",
  "pulled_records",
] as const;
type Calls = Record<(typeof CALLS)[number], (...texts: string[]) => string>;

/**
 * The bridge frees what JavaScript has let go of in whichever machine was loaded last: what an older one left behind
 * would be torn out of the new one. So nothing is freed, and each call is fetched once and kept.
 */
class NeverFree {
  register(): void {}
  unregister(): void {}
}
Object.assign(globalThis, { FinalizationRegistry: NeverFree });
rememberTableEntries();

/** What outlives the power, as text that only the next machine reads. */
export interface Kept {
  world: string;
  disk: string;
}

/** A pump that has power, or waits for it. */
export class Machine {
  readonly #page: Calls;

  private constructor(page: Calls) {
    this.#page = page;
  }

  /** A new pump that is switched on at once; or, with `kept`, an older one that is off. */
  static async open(uniqueId: string, kept?: Kept): Promise<Machine> {
    const python = await loadMicroPython({
      heapsize: HEAP_BYTES,
      url: wasm,
      stdout: (line) => console.info(line),
      stderr: (line) => console.error(line),
      linebuffer: true,
    });
    write(python);
    python.runPython(
      `import sys\nsys.path[:] = ["${HOME}", ".frozen"]\nfrom page import Page\npage = Page()\n`,
    );
    const found = python.globals.get("page") as Calls;
    const page = Object.fromEntries(CALLS.map((name) => [name, found[name]])) as Calls;
    page.start(uniqueId, kept?.world ?? "", kept?.disk ?? "");
    return new Machine(page);
  }

  facts(): Facts {
    return JSON.parse(this.#page.facts()) as Facts;
  }

  kept(): Kept {
    return { world: this.#page.keep(), disk: this.#page.keep_disk() };
  }

  /** What was done so far, as the text of a scenario. */
  script(): string {
    return this.#page.script();
  }

  /** What is wrong with the text of a scenario; "" for a good one. */
  problemOf(text: string): string {
    return this.#page.problem_of(text);
  }

  runTo(atMs: number): void {
    this.#page.run_to(String(atMs));
  }

  /** Do it now; why it cannot be done, or "". */
  act(name: string, ...rest: unknown[]): string {
    return this.#page.act(JSON.stringify([name, ...rest]));
  }

  look(): Look {
    return JSON.parse(this.#page.look()) as Look;
  }

  /** The whole log over the link, as text that `basalt import` reads; "" without power. */
  pull(): string {
    return this.#page.pull(String(Date.now()));
  }

  /** The records that the last pull brought, for people. */
  pulledRecords(): LogRecord[] {
    return JSON.parse(this.#page.pulled_records()) as LogRecord[];
  }
}

function write(python: MicroPython): void {
  python.FS.mkdir(HOME);
  for (const [path, text] of Object.entries(files)) {
    const folders = path.split("/").slice(0, -1);
    folders.forEach((_, depth) => {
      const folder = [HOME, ...folders.slice(0, depth + 1)].join("/");
      if (!python.FS.analyzePath(folder).exists) python.FS.mkdir(folder);
    });
    python.FS.writeFile(`${HOME}/${path}`, text);
  }
}
