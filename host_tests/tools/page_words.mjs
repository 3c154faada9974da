// Prints the sentence that the page in the browser makes of each record: a JSON line for a line each on standard input.

import { createInterface } from "node:readline";
import { sentence } from "../../tools/web/src/words.ts";

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(sentence(JSON.parse(line))));
}
