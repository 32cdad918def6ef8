import * as Comlink from "comlink";
import type { ByteSource, ModelFiles } from "../runtime/sources/byte-source.ts";
import { readingAhead } from "../runtime/sources/reading-ahead.ts";
import { answerOf, type Outcome, outcomeOf } from "./outcome.ts";

/** Files of the page, for a worker: opened files are known by number. */
export interface FilesBridge {
  describe(): Promise<{ name: string; isListed: boolean }>;
  list(): Promise<Outcome<readonly string[]>>;
  open(file: string): Promise<Outcome<OpenedFile | undefined>>;
  read(opened: number, begin: number, end: number): Promise<Outcome<Uint8Array<ArrayBuffer>>>;
}

interface OpenedFile extends Pick<ByteSource, "name" | "size" | "version"> {
  readonly number: number;
  /** Whether reading it ahead pays. */
  readonly isDistant: boolean;
}

/** The page's end. */
export function bridgeOf(files: ModelFiles): FilesBridge {
  const opened: ByteSource[] = [];
  return {
    describe: async () => ({ name: files.name, isListed: files.list !== undefined }),
    list: () => outcomeOf(files.list!()),
    open: (file) =>
      outcomeOf(
        files.open(file).then((source) => {
          if (!source) return undefined;
          const { name, size, version, expect } = source;
          return { name, size, version, isDistant: expect !== undefined, number: opened.push(source) - 1 };
        }),
      ),
    async read(number, begin, end) {
      const outcome = await outcomeOf(opened[number]!.read(begin, end));
      // Memory is handed over only if these bytes are all of it: the rest may be the page's.
      const isWhole = "value" in outcome && outcome.value.byteLength === outcome.value.buffer.byteLength;
      return isWhole ? Comlink.transfer(outcome, [outcome.value.buffer]) : outcome;
    },
  };
}

/** The worker's end. */
export async function filesFromBridge(bridge: FilesBridge): Promise<ModelFiles> {
  const { name, isListed } = await bridge.describe();
  return {
    name,
    async open(file, signal) {
      signal?.throwIfAborted();
      const opened = answerOf(await bridge.open(file));
      if (!opened) return undefined;
      const source: ByteSource = {
        name: opened.name,
        size: opened.size,
        version: opened.version,
        async read(begin, end, readSignal) {
          readSignal?.throwIfAborted();
          return answerOf(await bridge.read(opened.number, begin, end));
        },
      };
      return opened.isDistant ? readingAhead(source) : source;
    },
    ...(isListed && { list: async () => answerOf(await bridge.list()) }),
  };
}
