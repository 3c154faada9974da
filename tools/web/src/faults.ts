// The faults that a click makes and mends, each with what to look for.

export interface Fault {
  name: string;
  title: string;
  words: string;
}

export const FAULTS: readonly Fault[] = [
  { name: "occlusion", title: "Kink the tubing", words: "Pressure rises with each step, until the pump notices." },
  { name: "stall", title: "Jam the screw", words: "The motor hums and nothing moves: an open-loop pump cannot tell." },
  { name: "battery_low", title: "Run the battery low", words: "A warning comes; delivery goes on." },
  { name: "battery_empty", title: "Run the battery empty", words: "The pump stops while it still can say so." },
  { name: "no_display", title: "Unplug the display", words: "The pump goes on without its face." },
  { name: "no_sensor", title: "Unplug the pressure sensor", words: "The pump no longer sees a blocked line." },
];

type Toggle = (name: string, there: boolean) => void;

/** The switches in `place`. */
export class Faults {
  readonly #boxes = new Map<string, HTMLInputElement>();

  constructor(place: HTMLElement, toggle: Toggle) {
    for (const fault of FAULTS) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.setAttribute("role", "switch");
      box.dataset["fault"] = fault.name;
      box.addEventListener("change", () => toggle(fault.name, box.checked));
      const title = document.createElement("b");
      title.textContent = fault.title;
      const words = document.createElement("small");
      words.textContent = fault.words;
      const text = document.createElement("span");
      text.append(title, words);
      label.append(box, text);
      place.append(label);
      this.#boxes.set(fault.name, box);
    }
  }

  show(faults: readonly string[]): void {
    for (const [name, box] of this.#boxes) box.checked = faults.includes(name);
  }

  lock(locked: boolean): void {
    for (const box of this.#boxes.values()) box.disabled = locked;
  }
}
