// Runs Python tests in the real MicroPython virtual machine: one JSON request a line in, one JSON answer a line out.
//
//   {"do": "load", "root": FOLDER, "files": [PATH...], "module": NAME}   the machine with these files, module imported
//   {"do": "run", "call": NAME}                                          one function of the module
//   answer: {"ok": bool, "error": traceback, "out": what was printed, "live_bytes": heap in use after a collection}
//
// MicroPython's heap grows by itself here, and is collected only between two top-level calls, so a test sees
// the board's integers, compiler and `heap_lock`, but never the board's `MemoryError`.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { loadMicroPython } = await import(pathToFileURL(process.argv[2]).href);

const HOME = "/basalt";
const PRELUDE = `
import gc, io, sys
sys.path[:] = ["${HOME}/firmware", "${HOME}", ".frozen"]
def _guarded(act):
    global _error
    _error = ""
    try:
        act()
    except BaseException as error:
        text = io.StringIO()
        sys.print_exception(error, text)
        _error = text.getvalue()
def _load(name):
    global _module
    _module = __import__(name, None, None, ("*",))
`;

let machine = null;
let printed = [];

function answer(error) {
  let live = 0;
  if (error === undefined) {
    error = machine.globals.get("_error");
    machine.runPython("gc.collect()");
    machine.runPython("_live = gc.mem_alloc()");
    live = machine.globals.get("_live");
  }
  return { ok: error === "", error, out: printed.join("\n"), live_bytes: live };
}

async function load({ root, files, module }) {
  printed = [];
  machine = await loadMicroPython({
    heapsize: 1024 * 1024,
    stdout: (line) => printed.push(line),
    stderr: (line) => printed.push(line),
    linebuffer: true,
  });
  machine.FS.mkdir(HOME);
  for (const path of files) {
    const parts = path.split("/").slice(0, -1);
    parts.forEach((_, depth) => {
      const folder = [HOME, ...parts.slice(0, depth + 1)].join("/");
      if (!machine.FS.analyzePath(folder).exists) machine.FS.mkdir(folder);
    });
    machine.FS.writeFile(`${HOME}/${path}`, readFileSync(`${root}/${path}`));
  }
  machine.FS.chdir(HOME);
  machine.runPython(PRELUDE);
  machine.runPython(`_guarded(lambda: _load("${module}"))`);
  return answer();
}

function run({ call }) {
  printed = [];
  machine.runPython(`_guarded(lambda: getattr(_module, "${call}")())`);
  return answer();
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let reply;
  try {
    reply = request.do === "load" ? await load(request) : run(request);
  } catch (error) {
    reply = answer(String(error.stack ?? error));
  }
  process.stdout.write(JSON.stringify(reply) + "\n");
}
