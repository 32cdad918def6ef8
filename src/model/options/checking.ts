import { loadPart } from "../../runtime/load-part.ts";
import { decoderOf, type ModelConfig, type Task } from "../config/config.ts";
import type { OptionsOf } from "./known-options.ts";

/** What a call asks of a model. */
export interface Asked {
  readonly config: ModelConfig;
  readonly tasks: readonly Task[];
  /** Whether of several pictures. */
  readonly isList: boolean;
}

/**
 * Looks at a call's tasks and options, so that a misspelt one is not passed over. What looks is loaded with the first options
 * but a signal. Who has it to wait for may do other things meanwhile, and need not hear of it.
 * @throws UsageError for an option that is not known or not of its kind, and for tasks that the model does not have
 */
export function checking(call: OptionsOf, options: unknown, asked?: Asked): Promise<void> {
  const checked = check(call, options, asked);
  checked.catch(() => {});
  return checked;
}

async function check(call: OptionsOf, options: unknown, asked: Asked | undefined): Promise<void> {
  if (isPlain(options) && asked?.tasks.every((task) => decoderOf(asked.config, task)) !== false) return;
  const { checkCall } = await loadPart(import("./check-options.ts"));
  checkCall(call, options, asked);
}

function isPlain(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return options === undefined;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.every(([name, value]) => name === "signal" && value instanceof AbortSignal);
}
