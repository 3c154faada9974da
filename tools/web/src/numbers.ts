// Rounds as Python does, so that the page and `basalt report` print the same digits.

/** To the nearest whole number, a half to the even one. */
export function nearest(value: number): number {
  const down = Math.floor(value);
  const half = value - down;
  if (half !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** With so many decimals: `toFixed`, but a half that binary can hold goes to the even digit, not up. */
export function fixed(value: number, decimals: number): string {
  const eighths = value * 8; // a power of two: exact
  const scaled = value * 10 ** decimals; // exact for a half, which needs few digits
  const isHalf = Number.isInteger(eighths) && scaled - Math.floor(scaled) === 0.5;
  return isHalf ? (nearest(scaled) / 10 ** decimals).toFixed(decimals) : value.toFixed(decimals);
}
