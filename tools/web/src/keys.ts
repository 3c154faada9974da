// The four keys: mouse, touch and keyboard, each with hold; a click by other means is a tap.

import { BUTTONS, type Button } from "./contract.ts";

const KEYBOARD: Record<string, Button> = { ArrowUp: "UP", ArrowDown: "DOWN", Enter: "OK", s: "STOP", S: "STOP" };

type Move = (name: "press" | "release", button: Button) => void;

/** `pump` holds buttons with data-key; the keyboard works while nothing that needs these keys has the focus. */
export function listenToKeys(pump: HTMLElement, move: Move): void {
  const down = new Set<Button>();
  const elements = new Map<Button, HTMLElement>();

  const press = (button: Button) => {
    if (down.has(button)) return;
    down.add(button);
    elements.get(button)?.classList.add("down");
    move("press", button);
  };
  const release = (button: Button) => {
    if (!down.delete(button)) return;
    elements.get(button)?.classList.remove("down");
    move("release", button);
  };

  for (const button of BUTTONS) {
    const element = pump.querySelector<HTMLElement>(`[data-key="${button}"]`);
    if (!element) continue;
    elements.set(button, element);
    let byPointer = false;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      byPointer = true;
      element.setPointerCapture(event.pointerId);
      press(button);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      element.addEventListener(end, () => release(button));
    }
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      press(button);
    });
    element.addEventListener("keyup", (event) => {
      if (event.key === "Enter" || event.key === " ") release(button);
    });
    element.addEventListener("blur", () => release(button));
    // What a screen reader or a switch sends has no pointer and no key.
    element.addEventListener("click", () => {
      if (!byPointer) {
        press(button);
        release(button);
      }
      byPointer = false;
    });
  }

  const isOurs = (event: KeyboardEvent) => {
    const at = event.target as HTMLElement;
    // A button that was clicked keeps the focus, and needs no key but Enter.
    const isIdle = event.key !== "Enter" && at.matches("a, button, summary, [type=checkbox]");
    const free = at === document.body || pump.contains(at) || isIdle;
    return free && !event.ctrlKey && !event.metaKey && !event.altKey;
  };
  document.addEventListener("keydown", (event) => {
    const button = KEYBOARD[event.key];
    if (!button || !isOurs(event)) return;
    event.preventDefault();
    if (!event.repeat) press(button);
  });
  document.addEventListener("keyup", (event) => {
    const button = KEYBOARD[event.key];
    if (button) release(button);
  });
  window.addEventListener("blur", () => BUTTONS.forEach(release));
}
