// Hands the page the very files of the firmware and of its faked desk, as `virtual:python`: path -> text.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const NAME = "virtual:python";

// Where they lie in the repository, and where in the machine. A folder is taken with all that is in it.
const TAKEN: readonly (readonly [from: string, to: string])[] = [
  ["firmware/pump", "pump"],
  ["boards/pico/board.py", "board.py"],
  ["host_tests/__init__.py", "host_tests/__init__.py"],
  ["host_tests/world.py", "host_tests/world.py"],
  ["host_tests/fakes", "host_tests/fakes"],
  ["host_tests/scenarios/__init__.py", "host_tests/scenarios/__init__.py"],
  ["host_tests/scenarios/session.py", "host_tests/scenarios/session.py"],
  ["host_tests/scenarios/scenario.py", "host_tests/scenarios/scenario.py"],
  ["tools/web/python/page.py", "page.py"],
];
// The parts of real boards, and fakes that only CPython can run: nothing in the page imports them.
const LEFT_OUT = /\/(hardware|ports\/.*|fakes\/(flash|framebuf|link_service|pty_.*|timer))\.py$/;

/** The plugin; `root` is the repository. */
export function pythonFiles(root: string): Plugin {
  return {
    name: "basalt-python-files",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const files: Record<string, string> = {};
      for (const [from, to] of TAKEN) {
        for (const name of filesIn(root, from)) {
          if (LEFT_OUT.test(name)) continue;
          this.addWatchFile(join(root, name));
          files[to + name.slice(from.length)] = readFileSync(join(root, name), "utf8");
        }
      }
      return `export default ${JSON.stringify(files)}`;
    },
  };
}

function filesIn(root: string, path: string): string[] {
  if (path.endsWith(".py")) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".py"))
    .map((name) => `${path}/${name.replaceAll("\\", "/")}`);
}
