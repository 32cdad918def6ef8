import { UsageError } from "../../runtime/errors.ts";
import { quote } from "../../runtime/quote.ts";
import { checkTasks } from "../config/check-tasks.ts";
import type { Asked } from "./checking.ts";
import { KNOWN_OPTIONS, type OptionsOf } from "./known-options.ts";
import type { Kind } from "./option-kinds.ts";

/** @throws UsageError for tasks that the model does not have, and as {@link checkOptions} */
export function checkCall(call: OptionsOf, options: unknown, asked: Asked | undefined): void {
  if (asked) checkTasks(call, asked.config, asked.tasks);
  checkOptions(call, options, asked?.isList);
}

/** @throws UsageError for an option that is not known or not of its kind, or that only answers in memory have */
export function checkOptions(call: OptionsOf, options: unknown, isList = false): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError(
      `${call}: want options by their names, got ${quoteAny(options)}. Leave them out, or name each.`,
    );
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const staysOnDevice = (call === "segment" || call === "depth") && given.some(([name]) => name === "output");
  const known: Readonly<Record<string, Kind>> = KNOWN_OPTIONS[staysOnDevice ? "onDevice" : call];
  const other = given.find(([name]) => !Object.hasOwn(known, name))?.[0];
  if (staysOnDevice && (other !== undefined || isList)) {
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
