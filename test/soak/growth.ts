import type { Held } from "./held.ts";

/**
 * Bytes that JavaScript's heap may grow by: V8 keeps code that it has optimised and feedback of what has run, and its
 * collector leaves a little. A leak of one picture's labels, or of one session's tables, in a thousand is far more.
 */
const HEAP = 4e6;

/** What has grown between two moments that should hold the same, in words. */
export function growth([before, after]: readonly [Held, Held]): readonly string[] {
  const exact = ["buffers", "bufferBytes", "querySets", "handles", "descriptors"] as const;
  const grown = exact.filter((name) => after[name] > before[name]);
  const bytes = (["heap", "arrayBuffers"] as const).filter((name) => after[name] > before[name] + HEAP);
  return [...grown, ...bytes].map((name) => `${name}: ${before[name]} became ${after[name]}`);
}
