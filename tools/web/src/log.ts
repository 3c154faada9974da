// The list of records as they become durable, newest first, a sentence each.

import type { LogRecord } from "./contract.ts";
import { sentence, timeOf } from "./words.ts";

const MOST_LINES = 400;
const MARKS: Record<string, string> = { info: "", warning: "warning: ", alarm: "alarm: ", fault: "fault: " };

export class LogList {
  readonly #list: HTMLElement;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  add(records: LogRecord[]): void {
    if (!records.length) return;
    const fresh = document.createDocumentFragment();
    for (const record of records.slice(-MOST_LINES).reverse()) fresh.append(line(record));
    this.#list.prepend(fresh);
    while (this.#list.childElementCount > MOST_LINES) this.#list.lastElementChild?.remove();
  }
}

function line(record: LogRecord): HTMLElement {
  const item = document.createElement("li");
  item.className = record.severity;
  item.dataset["event"] = record.event;
  const time = document.createElement("time");
  time.textContent = timeOf(record);
  const text = document.createElement("p");
  const mark = document.createElement("span");
  mark.className = "for-ears";
  mark.textContent = MARKS[record.severity] ?? "";
  text.append(mark, sentence(record));
  const number = document.createElement("small");
  number.textContent = `#${record.seq} ${record.event}`;
  item.append(time, text, number);
  return item;
}
