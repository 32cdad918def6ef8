import { loadPart } from "../../runtime/load-part.ts";
import type { OptionsOf } from "./known-options.ts";

/**
 * Looks at the options of a call, so that a misspelt one is not passed over. What looks is loaded with the first options but
 * a signal. Who has it to wait for may do other things meanwhile, and need not hear of it.
 * @param source what is seen
 * @throws UsageError for one that is not known, or not of its kind
 */
export function checking(call: OptionsOf, options: unknown, source?: unknown): Promise<void> {
  const checked = check(call, options, source);
  checked.catch(() => {});
  return checked;
}

async function check(call: OptionsOf, options: unknown, source: unknown): Promise<void> {
  if (isPlain(options)) return;
  const { checkOptions } = await loadPart(import("./check-options.ts"));
  checkOptions(call, options, source);
}

function isPlain(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return options === undefined;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.every(([name, value]) => name === "signal" && value instanceof AbortSignal);
}
