import type { Held } from "./held.ts";

/**
 * Bytes that may be more: V8 keeps what it has compiled and learned of code that runs often, and a few answers wait for
 * their collection. A thousand label maps of the soak's pictures are 2 MB.
 */
const SLACK = { heap: 2.5e6, arrayBuffers: 2e5 };

/** What has grown between two moments that should hold the same, in words. */
export function growth([before, after]: readonly [Held, Held]): readonly string[] {
  const exact = ["buffers", "bufferBytes", "querySets", "handles", "descriptors"] as const;
  const grown = exact.filter((name) => after[name] > before[name]);
  const bytes = (["heap", "arrayBuffers"] as const).filter((name) => after[name] > before[name] + SLACK[name]);
  return [...grown, ...bytes].map((name) => `${name}: ${before[name]} became ${after[name]}`);
}
