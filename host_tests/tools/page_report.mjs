// Prints the report that the page in the browser makes of logs: for a line each of {records, anchor, damaged} on standard
// input, a JSON line of the elements that it fills, [tag, class, parts], a part being an element or a text.
//
// The elements here hold what they are given and draw nothing: what a browser makes of them is asked in host_tests/web.

import { createInterface } from "node:readline";
class Element {
  className = "";
  parts = [];

  constructor(tag) {
    this.tag = tag;
  }

  set textContent(text) {
    this.parts = [text];
  }

  append(...parts) {
    this.parts.push(...parts);
  }

  replaceChildren(...parts) {
    this.parts = parts;
  }

  setAttribute() {}

  toJSON() {
    return [this.tag, this.className, this.parts];
  }
}

globalThis.document = { createElement: (tag) => new Element(tag) };
globalThis.matchMedia = () => ({ matches: false });
const { showReport } = await import("../../tools/web/src/report.ts"); // it asks how wide the window is

for await (const line of createInterface({ input: process.stdin })) {
  const { records, anchor, damaged } = JSON.parse(line);
  const place = new Element("div");
  showReport(place, records, { pump: "aa", board: "pico", firmware: "1.0.0", anchor, damaged });
  console.log(JSON.stringify(place));
}
