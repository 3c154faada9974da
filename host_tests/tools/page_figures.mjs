// Prints the figures that the page in the browser makes of logs: a JSON line each, for a line each of
// {records, anchor, damaged} on standard input.

import { createInterface } from "node:readline";
import { figuresOf } from "../../tools/web/src/figures.ts";
import { readHistory } from "../../tools/web/src/history_reader.ts";

for await (const line of createInterface({ input: process.stdin })) {
  const { records, anchor, damaged } = JSON.parse(line);
  console.log(JSON.stringify(figuresOf(readHistory(records, anchor, damaged))));
}
