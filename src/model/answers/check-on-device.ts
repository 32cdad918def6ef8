import { UsageError } from "../../runtime/errors.ts";

/** @throws UsageError for what only answers in memory have */
export function checkOnDevice(call: string, source: unknown, options: object): void {
  const known = ["output", "size", "resize", "signal"];
  const other = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name))?.[0];
  const got = Array.isArray(source) ? "a list" : other && `the option ${other}`;
  if (got) throw new UsageError(`${call}: want one picture seen whole with output, got ${got}. Leave output out.`);
  const { output } = options as { readonly output?: unknown };
  if (output === "buffer" || output === "texture") return;
  throw new UsageError(`output: want "buffer" or "texture", got ${String(output)}. Leave it out for arrays.`);
}
