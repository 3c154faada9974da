// Counts how often MicroPython asks for a function of its table while it works; with the word `remember` as argument,
// as the page lets it. Prints the count after a little work, and after ten times as much.

import { pathToFileURL } from "node:url";
import { rememberTableEntries } from "../../tools/web/src/table_entries.ts";

const [machine, way] = process.argv.slice(2);
const plain = WebAssembly.Table.prototype.get;
let asked = 0;
WebAssembly.Table.prototype.get = function (place) {
  asked += 1;
  return plain.call(this, place);
};
if (way === "remember") rememberTableEntries();

const { loadMicroPython } = await import(pathToFileURL(machine));
const python = await loadMicroPython({ stdout: () => undefined, linebuffer: true });
python.runPython(`
def work(times):
    for n in range(times):
        try:
            [][n]
        except IndexError:
            pass
`);
const found = [10, 100].map((times) => {
  python.runPython(`work(${times})`);
  return asked;
});

const table = new WebAssembly.Table({ element: "externref", initial: 1 });
const kept = ["old", "new"].map((value) => {
  table.set(0, value);
  return [table.get(0), table.get(0)];
});
console.log(JSON.stringify({ found, kept }));
