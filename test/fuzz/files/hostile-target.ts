import fc from "fast-check";
import { FileError, UsageError } from "../../../src/runtime/errors.ts";

/** A reader of files that anybody may have made. */
export interface HostileTarget {
  readonly name: string;
  /** Good files with changes. */
  readonly inputs: fc.Arbitrary<Uint8Array<ArrayBuffer>>;
  /** Part of the inputs of a run. */
  readonly share: number;
  read(bytes: Uint8Array<ArrayBuffer>): unknown;
}

/** How a target's inputs ended. */
export interface HostileTally {
  readonly name: string;
  readonly inputs: number;
  /** Inputs that were read all the same; the others were refused by a FileError or UsageError. */
  readonly accepted: number;
  /** Milliseconds and bytes of the worst. */
  readonly slowest: number;
  readonly largest: number;
}

/** Milliseconds for one input of a few kilobytes; a machine that does much else at once gets there with a good reader. */
const LONGEST = 3000;
/** Bytes that a reader may allocate for one input: its libraries' own, and some times the input. */
const ALLOWED = { fixed: 32 * 2 ** 20, times: 64 };

/**
 * Reads `runs` inputs of a target.
 * @throws Error with the smallest input that does it, when reading throws what is no error of ours, takes too long or
 *   too much memory
 */
export async function runTarget(target: HostileTarget, runs: number, seed: number): Promise<HostileTally> {
  let [accepted, slowest, largest] = [0, 0, 0];
  const property = fc.asyncProperty(target.inputs, async (bytes) => {
    let read = await measured(target, bytes);
    // What is left of the inputs before, or what a library loads at first, is not this input's: it is not there again.
    if (isTooMuch(read, bytes)) read = await measured(target, bytes);
    const { spent, taken } = read;
    if (read.isRead) accepted++;
    slowest = Math.max(slowest, spent);
    largest = Math.max(largest, taken);
    if (spent > LONGEST) throw new Error(`takes ${spent.toFixed()} ms`);
    if (isTooMuch(read, bytes)) throw new Error(`allocates ${taken} bytes`);
  });
  await fc.assert(property, { numRuns: runs, seed, includeErrorInReport: true });
  return { name: target.name, inputs: runs, accepted, slowest, largest };
}

interface Reading {
  readonly isRead: boolean;
  /** Milliseconds. */
  readonly spent: number;
  /** Bytes. */
  readonly taken: number;
}

async function measured(target: HostileTarget, bytes: Uint8Array<ArrayBuffer>): Promise<Reading> {
  const before = allocated();
  const began = performance.now();
  const read = await isRead(target, bytes);
  return { isRead: read, spent: performance.now() - began, taken: allocated() - before };
}

function isTooMuch({ taken }: Reading, { length }: Uint8Array): boolean {
  return taken > ALLOWED.fixed + ALLOWED.times * length;
}

async function isRead(target: HostileTarget, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    await target.read(bytes);
    return true;
  } catch (error) {
    if (error instanceof FileError || error instanceof UsageError) return false;
    throw error;
  }
}

function allocated(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
