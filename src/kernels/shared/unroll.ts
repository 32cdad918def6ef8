/** The text for 0 … count-1, a line each: register tiles must be unrolled in the text, since no compiler is sure to do it. */
export function unroll(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join("\n");
}
