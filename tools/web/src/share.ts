// A session as a link and as a file: the scenario, packed into the part of an address that no server sees.

import type { Scenario } from "./contract.ts";

const MARK = "#session=";
const MOST_LETTERS = 60_000;
const MOST_BYTES = 4_000_000; // of a scenario unpacked: a small link must not fill the memory

/** The address that replays a scenario; "" when it is too long for one. */
export async function linkTo(script: string): Promise<string> {
  const packed = await through(new Blob([script]).stream(), new CompressionStream("deflate-raw"));
  if (packed.length > MOST_LETTERS) return "";
  const letters = btoa(String.fromCharCode(...packed)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const address = location.href.split("#")[0] + MARK + letters;
  return address.length > MOST_LETTERS ? "" : address;
}

/** The scenario in an address; null when there is none. Throws when there is a broken one. */
export async function sharedIn(hash: string): Promise<Scenario | null> {
  if (!hash.startsWith(MARK)) return null;
  const letters = hash.slice(MARK.length).replaceAll("-", "+").replaceAll("_", "/");
  const packed = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  const bytes = await through(new Blob([packed]).stream(), new DecompressionStream("deflate-raw"));
  return JSON.parse(new TextDecoder().decode(bytes)) as Scenario;
}

/** Let a person keep a text as a file. */
export function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function through(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  by: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const reader = stream.pipeThrough(by).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MOST_BYTES) throw new Error("it is too large");
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
