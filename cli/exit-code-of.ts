import { CommanderError } from "commander";
import { DptError, UsageError } from "../src/runtime/errors.ts";

/** Prints an error as one message on stderr, with its stack only under DEBUG; 2 for bad usage, 1 for what else failed. */
export function exitCodeOf(error: unknown): number {
  // Commander has printed its own; help and version come this way too, as successes.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(`error: ${messageOf(error)}`);
  if (process.env.DEBUG) console.error(error);
  return error instanceof UsageError ? 2 : 1;
}

function messageOf(error: unknown): string {
  if (error instanceof DptError) return error.message;
  const [name, message] = error instanceof Error ? [error.name, error.message] : ["value", String(error)];
  return `dpt-webgpu: want no surprise, got ${name}: ${message}. Run again with DEBUG=1 and report what it prints.`;
}
