// Remembers the functions of WebAssembly tables: MicroPython looks one up at nearly every call it makes through JavaScript,
// and its build asks the table again each time to check its own list. That was a fifth of the worker's time.

const KNOWN = Symbol("known functions");

type Remembering = WebAssembly.Table & { [KNOWN]?: unknown[] };

/** From now on each place of a table is asked for once, until something is set there. */
export function rememberTableEntries(): void {
  const { get, set } = WebAssembly.Table.prototype;
  WebAssembly.Table.prototype.get = function (this: Remembering, place: number) {
    this[KNOWN] ??= [];
    this[KNOWN][place] ??= get.call(this, place);
    return this[KNOWN][place];
  };
  WebAssembly.Table.prototype.set = function (this: Remembering, place: number, ...value: [unknown?]) {
    if (this[KNOWN]) delete this[KNOWN][place];
    set.call(this, place, ...value);
  };
}
