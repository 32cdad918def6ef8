import { UsageError } from "../../runtime/errors.ts";
import { quote } from "../../runtime/quote.ts";
import { KNOWN_OPTIONS, type OptionsOf } from "./known-options.ts";
import type { Kind } from "./option-kinds.ts";

/**
 * @param source what is seen
 * @throws UsageError for an option that is not known or not of its kind, or that only answers in memory have
 */
export function checkOptions(call: OptionsOf, options: unknown, source?: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError(
      `${call}: want options by their names, got ${quoteAny(options)}. Leave them out, or name each.`,
    );
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const staysOnDevice = (call === "segment" || call === "depth") && given.some(([name]) => name === "output");
  const known: Readonly<Record<string, Kind>> = KNOWN_OPTIONS[staysOnDevice ? "onDevice" : call];
  const other = given.find(([name]) => !Object.hasOwn(known, name))?.[0];
  if (staysOnDevice && (other !== undefined || Array.isArray(source))) {
    const got = other === undefined ? "a list" : `the option ${other}`;
    throw new UsageError(`${call}: want one picture seen whole with output, got ${got}. Leave output out.`);
  }
  if (other !== undefined) {
    const names = Object.keys(known).join(", ");
    throw new UsageError(`${call}: want options among ${names}, got ${quote(other)}. Look at its spelling.`);
  }
  for (const [name, value] of given) {
    const { want, is } = known[name]!;
    if (!is(value)) throw new UsageError(`${name}: want ${want}, got ${quoteAny(value)}. Give that, or leave it out.`);
  }
}

function quoteAny(value: unknown): string {
  return typeof value === "function" ? "a function" : quote(value);
}
