import { MemoryError } from "../errors.ts";
import { megabytes } from "../megabytes.ts";
import type { CachedSession } from "./session-cache.ts";

/** Bytes of a graph by its usual paths and by those that take the least, and of the weights. */
interface Needs {
  readonly usual: number;
  readonly lean: number;
  readonly weights: number;
}

interface SmallerOptions {
  /** @throws MemoryError if memory is too small */
  readonly compile: (isLean: boolean) => Promise<CachedSession>;
  /** Frees all else there is. */
  readonly makeRoom: () => void;
  readonly onNotice: ((notice: string) => void) | undefined;
}

/**
 * Compiles a graph for which memory was too small: after all else was freed, then by paths that take less.
 * @throws MemoryError if that is no help
 */
export async function compileSmaller(
  { usual, lean, weights }: Needs,
  short: MemoryError,
  { compile, makeRoom, onNotice }: SmallerOptions,
): Promise<CachedSession> {
  // What no buffer may hold does not fit into memory that is freed either.
  if (short.allocated !== undefined) makeRoom();
  let error = short;
  for (const isLean of lean < usual ? [false, true] : [false]) {
    try {
      const entry = await compile(isLean);
      const [bytes, how] = isLean ? [lean, "by paths that take less"] : [usual, "after all else was freed"];
      onNotice?.(`GPU memory is short: ${megabytes(bytes)} were to be had ${how}.`);
      return entry;
    } catch (cause) {
      if (!(cause instanceof MemoryError)) throw cause;
      error = cause;
    }
  }
  const { allocated, message } = error;
  const want = `want ${megabytes(Math.min(usual, lean))} beside ${megabytes(weights)} of weights`;
  const got = allocated === undefined ? "got less" : `got no more than ${megabytes(allocated)} in all`;
  throw new MemoryError(`GPU memory: ${want}, ${got} (${message})`, { allocated, cause: error });
}
