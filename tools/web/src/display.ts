// The display: every dot of the panel a square, sharp at any zoom because it is drawn in the screen's own pixels.

const WIDTH = 128;
const HEIGHT = 64;
const DARK = "#04070a";
const LIT = "#bfe9ff";
const GLOW = "rgb(88 176 224 / 0.10)";

export class Display {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #dots = new Uint8Array(WIDTH * (HEIGHT / 8));
  #words = "";

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d") as CanvasRenderingContext2D;
    new ResizeObserver(() => this.#draw()).observe(canvas);
  }

  /** `picture` as in contract.ts; `words` are what is written on it, for who hears the page. */
  show(picture: string | null, words: string): void {
    if (words !== this.#words) {
      this.#words = words;
      this.#canvas.setAttribute("aria-label", words ? `The display shows: ${words}` : "The display is dark");
    }
    if (picture === null) return;
    this.#dots = picture
      ? Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))
      : new Uint8Array(WIDTH * (HEIGHT / 8));
    this.#draw();
  }

  #draw(): void {
    const canvas = this.#canvas;
    const wide = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    const dot = Math.max(1, Math.floor(wide / WIDTH));
    const width = dot * WIDTH;
    if (canvas.width !== width) {
      canvas.width = width;
      canvas.height = dot * HEIGHT;
    }
    const gap = dot >= 4 ? Math.max(1, Math.round(dot / 8)) : 0;
    const context = this.#context;
    context.fillStyle = DARK;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = GLOW;
    this.#eachLit((x, y) => context.fillRect((x - 1) * dot, (y - 1) * dot, 3 * dot, 3 * dot));
    context.fillStyle = LIT;
    this.#eachLit((x, y) => context.fillRect(x * dot, y * dot, dot - gap, dot - gap));
  }

  #eachLit(draw: (x: number, y: number) => void): void {
    for (let at = 0; at < this.#dots.length; at++) {
      const column = this.#dots[at] ?? 0;
      if (!column) continue;
      const x = at % WIDTH;
      const top = Math.floor(at / WIDTH) * 8;
      for (let bit = 0; bit < 8; bit++) if ((column >> bit) & 1) draw(x, top + bit);
    }
  }
}
