// The tour: one lesson at a time, its tasks ticked as the page sees them done, a question at the end.

import type { LogRecord, Look, Pace } from "./contract.ts";
import { LESSONS, type Lesson, type Seen } from "./lessons.ts";

const STORE = "basalt-lessons";
const MOST_RECORDS = 5_000;

export class Tour {
  readonly #tabs: HTMLElement;
  readonly #place: HTMLElement;
  readonly #finished: Set<number>;
  #at = 0;
  #done: boolean[] = [];
  #records: LogRecord[] = [];
  #from: Look | undefined;
  #seen: Seen | undefined;
  #asked = false;
  #pulls = 0;
  #before = "";

  constructor(tabs: HTMLElement, place: HTMLElement) {
    this.#tabs = tabs;
    this.#place = place;
    this.#finished = new Set(remembered());
    LESSONS.forEach((lesson, index) => this.#tabs.append(this.#tab(lesson, index)));
    this.open(LESSONS.findIndex((_, index) => !this.#finished.has(index)));
  }

  open(index: number): void {
    this.#at = Math.max(0, index);
    this.#done = this.#lesson.tasks.map(() => false);
    this.#records = [];
    this.#from = undefined;
    this.#asked = false;
    this.#pulls = 0;
    this.#draw();
  }

  /** A look of the pump, with whatever it brought. */
  see(look: Look, pace: Pace): void {
    this.#from ??= look;
    if (this.#from !== look) this.#records.push(...look.records);
    if (this.#records.length > MOST_RECORDS) this.#records.splice(0, this.#records.length - MOST_RECORDS);
    this.#seen = {
      look,
      pace,
      from: this.#from,
      records: this.#records,
      before: this.#before,
      pulls: this.#pulls,
    };
    this.#before = look.state;
    this.#check();
  }

  /** The log was pulled. */
  pulled(): void {
    this.#pulls += 1;
    if (this.#seen) this.#seen.pulls = this.#pulls;
    this.#check();
  }

  get #lesson(): Lesson {
    return LESSONS[this.#at] as Lesson;
  }

  #check(): void {
    const seen = this.#seen;
    if (!seen) return;
    this.#lesson.tasks.forEach((task, index) => {
      // In their order: what was done before its turn was no answer to the task.
      if (this.#done[index] || this.#done.slice(0, index).includes(false) || !task.done(seen)) return;
      this.#done[index] = true;
      const item = this.#place.querySelector(`[data-task="${index}"]`);
      item?.classList.add("done");
      item?.querySelector(".for-ears")?.replaceChildren("Done: ");
    });
    if (!this.#asked && !this.#done.includes(false)) this.#ask(seen);
  }

  #tab(lesson: Lesson, index: number): HTMLElement {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.dataset["lesson"] = String(index);
    button.title = lesson.title;
    const number = document.createElement("b");
    number.textContent = String(index + 1);
    const title = document.createElement("span");
    title.className = "for-ears";
    title.textContent = lesson.title;
    button.append(number, title);
    button.addEventListener("click", () => this.open(index));
    item.append(button);
    return item;
  }

  #draw(): void {
    this.#drawTabs();
    const lesson = this.#lesson;
    const title = element("h3", lesson.title);
    const tasks = document.createElement("ul");
    tasks.className = "tasks";
    lesson.tasks.forEach((task, index) => {
      const item = document.createElement("li");
      item.dataset["task"] = String(index);
      const mark = element("span", "To do: ");
      mark.className = "for-ears";
      item.append(mark, task.words);
      tasks.append(item);
    });
    const question = document.createElement("div");
    question.className = "question";
    this.#place.replaceChildren(title, ...lesson.words.map((words) => element("p", words)), tasks, question);
  }

  #drawTabs(): void {
    this.#tabs.querySelectorAll("button").forEach((button, index) => {
      button.classList.toggle("done", this.#finished.has(index));
      if (index === this.#at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
  }

  #ask(seen: Seen): void {
    this.#asked = true;
    const place = this.#place.querySelector(".question");
    const { words, answers, because } = this.#lesson.question;
    const [right] = answers(seen);
    const shown = [...answers(seen)].sort((one, other) => one.length - other.length || (one < other ? -1 : 1));
    const say = element("p", "");
    say.setAttribute("role", "status");
    const buttons = shown.map((answer) => {
      const button = element("button", answer) as HTMLButtonElement;
      if (answer === right) button.dataset["right"] = "";
      button.addEventListener("click", () => {
        button.classList.add(answer === right ? "right" : "wrong");
        say.textContent = answer === right ? `Right. ${because}` : "Not quite: try another.";
        if (answer === right) this.#finish(buttons, place as HTMLElement);
      });
      return button;
    });
    place?.replaceChildren(element("h4", words), ...buttons, say);
  }

  #finish(buttons: HTMLButtonElement[], place: HTMLElement): void {
    for (const button of buttons) button.disabled = true;
    this.#finished.add(this.#at);
    remember([...this.#finished]);
    this.#drawTabs();
    const next = LESSONS.findIndex((_, index) => !this.#finished.has(index));
    const button = element(
      "button",
      next < 0 ? "All six are done. Begin again" : `Go on: ${LESSONS[next]?.title ?? ""}`,
    ) as HTMLButtonElement;
    button.className = "primary next";
    button.addEventListener("click", () => {
      if (next < 0) {
        this.#finished.clear();
        remember([]);
      }
      this.open(Math.max(0, next));
    });
    place.append(button);
  }
}

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function remembered(): number[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(found) ? found.filter((index) => Number.isInteger(index)) : [];
  } catch {
    return []; // a browser that keeps nothing
  }
}

function remember(finished: number[]): void {
  try {
    localStorage.setItem(STORE, JSON.stringify(finished));
  } catch {
    // as above
  }
}
