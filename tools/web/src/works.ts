// Motor, screw, syringe, tubing and gauge, drawn from what the steps have really moved.

import type { Facts, Look } from "./contract.ts";

const MICROSTEPS_A_TURN = 3_200;
const BARREL = { left: 236, width: 300, top: 62, height: 56 };
const SCREW_PITCH = 9;
const LENS_STEP = 5; // how wide one motor step is under the lens
const GAUGE = { x: 640, y: 66, r: 38, from: -120, to: 120 };
const DROP_UNITS = 0.05;

const MARKUP = `
<svg viewBox="0 0 720 240" role="img" aria-labelledby="works-words">
  <title id="works-words">A motor turns a screw that pushes the plunger of a syringe.</title>
  <defs>
    <clipPath id="lens-clip"><circle cx="96" cy="186" r="40" /></clipPath>
    <pattern id="thread" width="${SCREW_PITCH}" height="14" patternUnits="userSpaceOnUse">
      <path class="thread" d="M0 14L4.5 0M4.5 14L9 0" />
    </pattern>
    <pattern id="marks" width="${LENS_STEP * 10}" height="80" patternUnits="userSpaceOnUse">
      ${Array.from({ length: 10 }, (_, i) => `<path class="mark" d="M${i * LENS_STEP + 0.5} ${i ? 62 : 52}V80" />`).join("")}
    </pattern>
  </defs>

  <g class="motor">
    <rect x="14" y="56" width="68" height="68" rx="5" />
    <circle class="flange" cx="48" cy="90" r="25" />
    <g id="w-rotor"><circle class="shaft" cx="48" cy="90" r="10" /><path class="flat" d="M48 90V80" /></g>
    <text x="48" y="142" class="label" text-anchor="middle">motor</text>
  </g>
  <rect class="rod" x="82" y="83" width="150" height="14" />
  <rect id="w-thread" x="82" y="83" width="150" height="14" fill="url(#thread)" />

  <g class="syringe">
    <rect id="w-water" class="water" y="${BARREL.top + 3}" height="${BARREL.height - 6}" />
    <g id="w-plunger">
      <rect class="push" x="-150" y="84" width="144" height="12" />
      <rect class="seal" x="-12" y="${BARREL.top + 3}" width="12" height="${BARREL.height - 6}" rx="2" />
    </g>
    <path class="barrel" d="M${BARREL.left} ${BARREL.top - 12}V${BARREL.top + BARREL.height + 12}M${BARREL.left} ${BARREL.top}H${BARREL.left + BARREL.width}l10 20v16l-10 20H${BARREL.left}" />
    <g id="w-scale"></g>
  </g>

  <path class="tube back" d="M546 90C600 90 560 150 610 150S660 176 660 196" />
  <path id="w-tube" class="tube" d="M546 90C600 90 560 150 610 150S660 176 660 196" />
  <g id="w-kink" class="kink" hidden><path d="M600 140l16 20M616 140l-16 20" /><text x="626" y="142" class="label">kinked</text></g>
  <path class="needle" d="M660 196v14" />
  <path id="w-drop" class="drop" d="M660 212c3 4 4 6 4 8a4 4 0 01-8 0c0-2 1-4 4-8z" />

  <g class="gauge">
    <path class="arc" d="${arc(GAUGE.from, GAUGE.to)}" />
    <path id="w-danger" class="danger" />
    <path id="w-hand" class="hand" d="M${GAUGE.x} ${GAUGE.y + 6}V${GAUGE.y - GAUGE.r + 8}" />
    <circle class="hub" cx="${GAUGE.x}" cy="${GAUGE.y}" r="4" />
    <text id="w-mbar" x="${GAUGE.x}" y="${GAUGE.y + 28}" class="value" text-anchor="middle">0 mbar</text>
    <text x="${GAUGE.x}" y="18" class="label" text-anchor="middle">line pressure</text>
  </g>

  <g class="lens">
    <path class="lens-line" d="M128 162L${BARREL.left - 4} 118" />
    <circle class="lens-ground" cx="96" cy="186" r="40" />
    <g clip-path="url(#lens-clip)">
      <rect x="56" y="146" width="80" height="80" class="lens-water" />
      <g id="w-lens"><rect class="seal" x="-400" y="146" width="440" height="52" /></g>
      <g id="w-marks"><rect x="-60" y="146" width="260" height="80" fill="url(#marks)" /></g>
    </g>
    <circle class="lens-rim" cx="96" cy="186" r="40" />
    <path class="pointer" d="M96 150l-5 -8h10z" />
    <text x="150" y="186" class="label">under the lens:</text>
    <text x="150" y="207" class="label">one line is one motor step,</text>
    <text id="w-step" x="150" y="228" class="label"></text>
  </g>

  <g class="battery-drawn">
    <rect x="490" y="180" width="60" height="24" rx="4" />
    <path d="M552 187v10" />
    <rect id="w-charge" x="493" y="183" width="54" height="18" rx="2" />
    <text x="520" y="222" class="label" text-anchor="middle">battery</text>
  </g>
</svg>`;

export class Works {
  readonly #part: (id: string) => SVGElement;
  readonly #facts: Facts;
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  #outUnits = NaN;

  constructor(place: HTMLElement, facts: Facts) {
    place.innerHTML = MARKUP;
    this.#facts = facts;
    this.#part = (id) => place.querySelector(`#${id}`) as SVGElement;
    const danger = this.#degrees(facts.occlusion_mbar);
    this.#part("w-danger").setAttribute("d", arc(danger, GAUGE.to));
    this.#part("w-step").textContent = `${(1000 / facts.steps_per_unit).toFixed(2)} thousandths of a unit`;
    this.#drawScale();
  }

  show(look: Look): void {
    const { left, width } = BARREL;
    const x = left + width * (1 - Math.min(1, look.left_units / look.full_units));
    this.#part("w-plunger").setAttribute("transform", `translate(${x} 0)`);
    this.#part("w-water").setAttribute("x", String(x));
    this.#part("w-water").setAttribute("width", String(Math.max(0, left + width - x)));
    this.#part("w-rotor").setAttribute("transform", `rotate(${(look.steps / MICROSTEPS_A_TURN) * 360} 48 90)`);
    this.#part("w-rotor").classList.toggle("on", look.coils);
    const turned = ((look.steps / MICROSTEPS_A_TURN) * SCREW_PITCH) % SCREW_PITCH;
    this.#part("w-thread").setAttribute("transform", `translate(${turned} 0)`);
    const marks = -((look.steps % 10) * LENS_STEP) + 40;
    this.#part("w-marks").setAttribute("transform", `translate(${marks} 0)`);
    this.#part("w-lens").setAttribute("transform", `translate(56 0)`);
    this.#showPressure(look);
    this.#showBattery(look);
    this.#showDrop(look);
    const out = `${look.out_units.toFixed(2)} units have left the line, ${look.left_units.toFixed(1)} are left`;
    this.#part("works-words").textContent = `A motor turns a screw that pushes the plunger of a syringe: ${out}.`;
  }

  #showPressure(look: Look): void {
    this.#part("w-hand").setAttribute(
      "transform",
      `rotate(${this.#degrees(look.pressure_mbar)} ${GAUGE.x} ${GAUGE.y})`,
    );
    const mbar = this.#part("w-mbar");
    mbar.textContent = `${look.pressure_mbar} mbar`;
    mbar.classList.toggle("bad", look.pressure_mbar >= this.#facts.occlusion_mbar);
    const kinked = look.faults.includes("occlusion");
    this.#part("w-kink").toggleAttribute("hidden", !kinked);
    this.#part("w-tube").classList.toggle("blocked", kinked);
  }

  #showBattery(look: Look): void {
    const { battery_empty_mv: empty, battery_low_mv: low } = this.#facts;
    const share = Math.min(1, Math.max(0.04, (look.battery_mv - empty) / (4_050 - empty)));
    const charge = this.#part("w-charge");
    charge.setAttribute("width", String(54 * share));
    charge.classList.toggle("bad", look.battery_mv <= low);
  }

  #showDrop(look: Look): void {
    const drops = Math.floor(look.out_units / DROP_UNITS);
    const before = Math.floor(this.#outUnits / DROP_UNITS);
    this.#outUnits = look.out_units;
    if (!(drops > before) || this.#still.matches) return;
    const drop = this.#part("w-drop");
    if (drop.getAnimations().length) return;
    drop.animate(
      [
        { opacity: 0, transform: "translateY(0)" },
        { opacity: 1, transform: "translateY(0)", offset: 0.3 },
        { opacity: 1, transform: "translateY(8px)", offset: 0.7 },
        { opacity: 0, transform: "translateY(22px)" },
      ],
      { duration: 600, easing: "ease-in" },
    );
  }

  #degrees(mbar: number): number {
    const share = Math.min(1.05, mbar / this.#facts.full_scale_mbar);
    return GAUGE.from + (GAUGE.to - GAUGE.from) * share;
  }

  #drawScale(): void {
    const lines: string[] = [];
    for (let units = 0; units <= 300; units += 10) {
      const x = BARREL.left + BARREL.width * (1 - units / 300);
      const long = units % 50 === 0;
      lines.push(`<path class="grad" d="M${x} ${BARREL.top}v${long ? 14 : 7}" />`);
      if (long) lines.push(`<text class="label" x="${x}" y="${BARREL.top - 8}" text-anchor="middle">${units}</text>`);
    }
    this.#part("w-scale").innerHTML = lines.join("");
  }
}

/** Degrees from straight up, clockwise, as a path on the gauge's rim. */
function arc(from: number, to: number): string {
  const at = (degrees: number) => {
    const angle = ((degrees - 90) * Math.PI) / 180;
    return `${(GAUGE.x + GAUGE.r * Math.cos(angle)).toFixed(2)} ${(GAUGE.y + GAUGE.r * Math.sin(angle)).toFixed(2)}`;
  };
  return `M${at(from)}A${GAUGE.r} ${GAUGE.r} 0 ${to - from > 180 ? 1 : 0} 1 ${at(to)}`;
}
