// Puts the page together: the worker with the pump on one side, what a person sees and touches on the other.

import type { Facts, FromWorker, LogRecord, Look, Pace, Scenario, Speed, ToWorker } from "./contract.ts";
import { Display } from "./display.ts";
import { Faults } from "./faults.ts";
import { listenToKeys } from "./keys.ts";
import { LogList } from "./log.ts";
import { type Pulled, showReport } from "./report.ts";
import { linkTo, save, sharedIn } from "./share.ts";
import { Buzzer } from "./sound.ts";
import { useTheme } from "./theme.ts";
import { Tour } from "./tour.ts";
import type { Anchor } from "./wall.ts";
import { Works } from "./works.ts";

const RECORD_BYTES = 32;

const by = <E extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as E;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const tell = (wish: ToWorker) => worker.postMessage(wish);

const display = new Display(by<HTMLCanvasElement>("display"));
const buzzer = new Buzzer();
const log = new LogList(by("log"));
const faults = new Faults(by("faults"), (name, there) => tell({ do: "fault", name, there }));
const tour = new Tour(by("lessons"), by("lesson"));
let works: Works | undefined;
let powered = true;
let replaying = false;
let pulled = "";
let wanted: "link" | "file" = "link";

useTheme(by("theme"));
listenToKeys(by("pump"), (name, button) => {
  buzzer.wake();
  tell({ do: name, button });
});

by("sound").addEventListener("click", () => {
  buzzer.on = !buzzer.on;
  buzzer.wake();
  by("sound").setAttribute("aria-pressed", String(buzzer.on));
});

document.querySelectorAll<HTMLElement>("[data-speed]").forEach((button) => {
  button.addEventListener("click", () => {
    tell({ do: "speed", speed: Number(button.dataset["speed"]) as Speed });
  });
});
by("pause").addEventListener("click", () => {
  const on = by("pause").getAttribute("aria-pressed") !== "true";
  by("pause").setAttribute("aria-pressed", String(on));
  tell({ do: "pause", on });
});

by("power").addEventListener("click", () => tell({ do: "power", on: !powered }));
by("damage").addEventListener("click", () => {
  tell({ do: "damage_log" });
  by("fault-words").textContent = "One bit of the log is turned over. Switch the power on: will the pump notice?";
});
by("brownout").addEventListener("click", () => {
  tell({ do: "power", on: false });
  tell({ do: "power", on: true });
  by("fault-words").textContent =
    "The supply went away for a moment. The pump has no battery for its clock: it starts again with a time it does not trust.";
});
by("set-clock").addEventListener("click", () => {
  tell({ do: "set_clock" });
  by("fault-words").textContent = "The clock was set over the link, as a computer does.";
});
by("syringe").addEventListener("click", () => {
  tell({ do: "syringe" });
  by("fault-words").textContent =
    "A full syringe lies in the seat. The pump does not know: in its menu, Reservoir leads through the change.";
});

by("pull").addEventListener("click", () => tell({ do: "pull" }));
by("save-log").addEventListener("click", () => save("basalt-log.json", pulled));
by("share").addEventListener("click", () => askForScript("link"));
by("save-scenario").addEventListener("click", () => askForScript("file"));

worker.onmessage = (event: MessageEvent<FromWorker>) => {
  const message = event.data;
  switch (message.tell) {
    case "ready":
      begin(message.facts, message.replaying);
      break;
    case "look":
      show(message.look, message.pace, message.replaying);
      break;
    case "pulled":
      keepLog(message.log, message.records);
      break;
    case "script":
      void passOn(message.script);
      break;
    case "problem":
      by("fault-words").textContent = message.words;
      break;
  }
};
worker.onerror = () => {
  by("starting").textContent = "This browser cannot run the pump: it needs WebAssembly and module workers.";
};

void start();

async function start(): Promise<void> {
  let scenario: Scenario | null = null;
  try {
    scenario = await sharedIn(location.hash);
  } catch {
    by("fault-words").textContent = "The link to a shared session is broken: this is a pump that starts anew.";
  }
  tell({ do: "begin", scenario });
}

function begin(told: Facts, replays: boolean): void {
  works = new Works(by("works"), told);
  by("version").textContent = `(firmware ${told.version}, board ${told.board})`;
  by("starting").hidden = true;
  if (replays) tell({ do: "speed", speed: 60 });
}

function show(look: Look, pace: Pace, replays: boolean): void {
  display.show(look.picture, look.words);
  works?.show(look);
  buzzer.hear(look, pace.now === 1);
  by("speaker").classList.toggle("sounding", look.tone_hz > 0);
  log.add(look.records);
  faults.show(look.faults);
  showReadings(look);
  showTime(look, pace);
  showPower(look.state !== "off");
  if (replays !== replaying) showReplay(replays);
  if (!replays) tour.see(look, pace);
  // From the moment the page was asked for to the first picture of the pump at home.
  if (look.words.includes("U/h")) document.body.dataset["homeMs"] ??= String(Math.round(performance.now()));
}

function showReadings(look: Look): void {
  by("r-out").textContent = `${look.out_units.toFixed(3)} U`;
  by("r-steps").textContent =
    look.steps.toLocaleString("en") + (look.lost ? ` (${look.lost.toLocaleString("en")} lost)` : "");
  by("r-left").textContent = `${look.left_units.toFixed(1)} U`;
  by("r-pressure").textContent = `${look.pressure_mbar} mbar`;
  by("r-battery").textContent = `${(look.battery_mv / 1000).toFixed(2)} V`;
  document.body.dataset["state"] = look.state;
}

function showTime(look: Look, pace: Pace): void {
  const seconds = Math.floor(look.at_ms / 1000);
  const days = Math.floor(seconds / 86_400);
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => Math.floor(part));
  clock[0] = (clock[0] ?? 0) % 24;
  const [hours, ...rest] = clock;
  by("elapsed").textContent =
    (days ? `${days} d ` : "") + [hours, ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
  document.querySelectorAll<HTMLElement>("[data-speed]").forEach((button) => {
    button.setAttribute("aria-pressed", String(Number(button.dataset["speed"]) === pace.wanted));
  });
  const words = {
    "": "",
    hands: "At 1× while you press the keys.",
    alarm: "An alarm: time goes on at 1×.",
    pause: "Time stands still.",
    computer: `This computer runs it at ${Math.round(pace.measured)}×.`,
  }[pace.because];
  if (by("pace").textContent !== words) by("pace").textContent = words;
}

function showPower(on: boolean): void {
  if (on === powered) return;
  powered = on;
  by("power").textContent = on ? "Cut the power" : "Switch the power on";
  by("power-words").textContent = on
    ? "Pulled from the board, in the middle of whatever it does."
    : "The pump is dark. A new machine will start on what the flash has kept.";
  by<HTMLButtonElement>("damage").disabled = on || replaying;
}

function showReplay(on: boolean): void {
  replaying = on;
  faults.lock(on);
  for (const id of ["power", "brownout", "set-clock", "syringe", "pull"]) by<HTMLButtonElement>(id).disabled = on;
  document.querySelectorAll<HTMLButtonElement>("[data-key]").forEach((key) => (key.disabled = on));
  by("fault-words").textContent = on
    ? "A shared session is replayed: the same presses and faults at the same times."
    : "The replay has ended. The pump is yours from here.";
}

function keepLog(text: string, records: readonly LogRecord[]): void {
  if (!text) {
    by("report-words").textContent = "The pump has no power, so it does not answer.";
    return;
  }
  pulled = text;
  by<HTMLButtonElement>("save-log").disabled = false;
  by("report-words").textContent = `${records.length.toLocaleString("en")} records came over the link.`;
  showReport(by("report-body"), records, told(text, records.length));
  tour.pulled();
}

/** What a saved log says of the pump; see tools/basalt/saved_log.py. */
function told(text: string, whole: number): Pulled {
  const saved = JSON.parse(text) as { identity: Record<string, string>; anchor: Anchor; records: string };
  const { unique_id: pump = "", board = "", version: firmware = "" } = saved.identity;
  return { pump, board, firmware, anchor: saved.anchor, damaged: atob(saved.records).length / RECORD_BYTES - whole };
}

function askForScript(use: "link" | "file"): void {
  wanted = use;
  tell({ do: "script" });
}

async function passOn(script: string): Promise<void> {
  if (wanted === "file") {
    save("basalt-scenario.json", script);
    by("report-words").textContent =
      "Saved: the rig on CPython and the emulated chip run this file with the same steps and records.";
    return;
  }
  const address = await linkTo(script);
  if (!address) {
    by("report-words").textContent = "This session is too long for a link. Save it as a scenario instead.";
    return;
  }
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address);
    by("report-words").textContent = "Copied: whoever opens the link sees the same presses at the same times.";
  } catch {
    by("report-words").textContent = "The address of this page is now the link: copy it from there.";
  }
}
