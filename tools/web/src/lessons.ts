// The six lessons: what to do, how the page sees that it was done, and what to take away.

import type { LogRecord, Look, Pace } from "./contract.ts";

/** What happened since a lesson was opened, as far as its tasks ask. */
export interface Seen {
  look: Look;
  pace: Pace;
  /** The first look of the lesson. */
  from: Look;
  /** New records since the lesson was opened, oldest first. */
  records: readonly LogRecord[];
  /** The state before this look. */
  before: string;
  pulls: number;
}

export interface Task {
  words: string;
  done(seen: Seen): boolean;
}

export interface Question {
  words: string;
  /** The right one first; they are shown in another order. */
  answers(seen: Seen): readonly [right: string, ...wrong: string[]];
  because: string;
}

export interface Lesson {
  title: string;
  words: readonly string[];
  tasks: readonly Task[];
  question: Question;
}

const units = (mu: number) => `${(mu / 1000).toFixed(2)} U`;
const all = (seen: Seen, event: string) => seen.records.filter((record) => record.event === event);
const has = (seen: Seen, event: string, field: string, value: string) =>
  all(seen, event).some((record) => record.fields[field] === value);
const last = (seen: Seen, event: string) => all(seen, event).at(-1);
const number = (record: LogRecord | undefined, field: string) => Number(record?.fields[field] ?? 0);

export const LESSONS: readonly Lesson[] = [
  {
    title: "Basal: a little, day and night",
    words: [
      "A body without insulin of its own needs a little of it at all hours. A pump gives this basal rate by moving a plunger a few motor steps at a time: here close to 1 unit an hour, from a program of five segments.",
      "One unit is 10 millionths of a litre. Look under the lens: each line is a single step of the motor.",
    ],
    tasks: [
      { words: "Let time run at 60×.", done: ({ pace }) => pace.wanted >= 60 },
      {
        words: "Watch until 100 more steps were made.",
        done: ({ look, from }) => look.steps - from.steps >= 100,
      },
      {
        words: "See a “Basal” record appear in the log.",
        done: (seen) => all(seen, "basal_lease").some((record) => number(record, "made_steps") > 0),
      },
    ],
    question: {
      words: "Why does the record say how many steps the pump may move next?",
      answers: () => [
        "So that after a power cut it is known how much can have moved at most",
        "So that the motor knows when to stop",
        "To save memory",
      ],
      because:
        "The pump writes what it is about to move before it moves it. Whatever happens then, the log bounds the truth.",
    },
  },
  {
    title: "A bolus, and stopping it",
    words: [
      "For a meal a person asks for a dose at once: a bolus. Press Up, then Up again until the display shows 1.00 U or more; OK, read the question, OK. The display then counts five seconds down, in which Stop leaves nothing given.",
      "A bolus of this pump takes its time, 1.5 units a minute. Stop ends it from any screen, within one step.",
    ],
    tasks: [
      { words: "Give a bolus.", done: (seen) => all(seen, "bolus_start").length > 0 },
      {
        words: "Press Stop while it runs.",
        done: (seen) => has(seen, "bolus_end", "reason", "stopped"),
      },
    ],
    question: {
      words: "How much does the log say was given?",
      answers: (seen) => {
        const asked = number(last(seen, "bolus_start"), "asked_mu");
        const given = number(last(seen, "bolus_end"), "given_mu");
        return [units(given), units(asked), units(asked + Math.max(given, 500))]; // never two alike
      },
      because: "What was given is counted from steps that were made, never from what was asked for.",
    },
  },
  {
    title: "Limits that no menu can lift",
    words: [
      "This pump gives at most 3.00 U at once and 5.00 U in an hour. Give a bolus of 3.00 U, let it end, and ask for 3.00 U again. At 60× the waiting is short.",
      "Hold Up instead of pressing it again and again.",
    ],
    tasks: [
      {
        words: "Ask for a bolus.",
        done: (seen) => all(seen, "bolus_start").length + all(seen, "refused").length > 0,
      },
      {
        words: "Ask until the pump refuses.",
        done: (seen) => has(seen, "refused", "code", "over_max_hour"),
      },
    ],
    question: {
      words: "A program on a computer asks for the same bolus over the cable. What happens?",
      answers: () => [
        "It is refused just as well",
        "It is given: computers are trusted",
        "It is given tomorrow",
      ],
      because: "The limits are checked below buttons and cable, in the one place that can order a step.",
    },
  },
  {
    title: "Occlusion: a blocked line",
    words: [
      "Kink the tubing, and let time run at 3600×. The pump goes on giving basal into a line that lets nothing out. See the pressure climb, and how long it takes until the pump is sure.",
      "Then mend the tubing, press OK for the alarm, and hold Stop for two seconds to let delivery go on.",
    ],
    tasks: [
      { words: "Kink the tubing.", done: ({ look }) => look.faults.includes("occlusion") },
      {
        words: "Wait for the alarm.",
        done: (seen) => has(seen, "alarm_raised", "alarm", "occlusion"),
      },
      {
        words: "Mend the tubing and press OK.",
        done: (seen) =>
          !seen.look.faults.includes("occlusion") && has(seen, "alarm_acknowledged", "alarm", "occlusion"),
      },
      { words: "Hold Stop to resume.", done: (seen) => all(seen, "resume").length > 0 },
    ],
    question: {
      words: "Why did the alarm take so long?",
      answers: () => [
        "At a low rate pressure builds up slowly",
        "The pump looks at its sensor once an hour",
        "Alarms wait until they are convenient",
      ],
      because:
        "At 1 U/h it takes most of an hour to press the line to 600 mbar. Real pumps have the same delay: it is why glucose is watched as well.",
    },
  },
  {
    title: "A power cut, and the log",
    words: [
      "Give a bolus once more and cut the power once the motor turns. (Does the pump refuse? An hour at 3600× lasts a second.) Then switch the power on again.",
      "The virtual machine is gone with all it remembered. A new one starts on the files that were durable.",
    ],
    tasks: [
      { words: "Give a bolus.", done: (seen) => all(seen, "bolus_start").length > 0 },
      {
        words: "Cut the power while it runs.",
        done: ({ look, before }) => look.state === "off" && before === "bolus",
      },
      {
        words: "Switch it on, and find what is not certain.",
        done: (seen) => has(seen, "uncertain", "kind", "bolus"),
      },
    ],
    question: {
      words: "How many steps of the bolus does the log vouch for?",
      answers: (seen) => {
        const doubt = seen.records.findLast((r) => r.event === "uncertain" && r.fields["kind"] === "bolus");
        const [least, most] = [number(doubt, "min_steps"), number(doubt, "max_steps")];
        return [`From ${least} to ${most}`, `Exactly ${most}`, "None: the log was lost"];
      },
      because: "An honest log says what it cannot know. The truth, which only this page can see, lies within.",
    },
  },
  {
    title: "Reading the report",
    words: [
      "Pull the log, below. The pump sends its records over the link, as over a USB cable, and goes on pumping.",
      "The report keeps three things apart: what was given for certain, what is uncertain, and what was refused or stopped.",
    ],
    tasks: [
      { words: "Pull the log.", done: ({ pulls }) => pulls > 0 },
    ],
    question: {
      words: "An uncertain stretch is in the report. Is it part of the daily total?",
      answers: () => [
        "No: only what is certain is summed; the doubt stands beside it",
        "Yes, the most that can have moved",
        "Yes, half of it",
      ],
      because: "A sum with a guess in it looks exact and is not. So the total is certain, and the bounds are told.",
    },
  },
];
