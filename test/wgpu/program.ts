import { Buffer } from "node:buffer";
import process from "node:process";
import { createInterface } from "node:readline";
import { type Commands, commands } from "./commands.ts";
import { decodeMessage, encodeMessage } from "./message.ts";

/** A call, one line in; its answer or its error, one line out. */
interface Call {
  readonly command: keyof Commands;
  readonly args: readonly unknown[];
}

// What the modules of Node take for granted, Deno wants imported.
Object.assign(globalThis, { Buffer, process });

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${encodeMessage(await answer(decodeMessage(line) as Call))}\n`);
}

async function answer({ command, args }: Call) {
  const run = commands[command] as (...args: readonly unknown[]) => Promise<unknown>;
  try {
    return { value: await run(...args) };
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
