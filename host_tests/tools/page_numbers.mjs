// Prints numbers as the page in the browser does: a JSON line each, for a line each of [value, decimals] on standard input.

import { createInterface } from "node:readline";
import { fixed } from "../../tools/web/src/numbers.ts";

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(fixed(...JSON.parse(line))));
}
