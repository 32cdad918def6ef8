import { describe, expect, test } from "vitest";
import { FileError } from "../../../src/index.ts";
import { readBounded } from "../../../src/runtime/sources/read-bounded.ts";

const MEBIBYTE = 2 ** 20;

/** An answer in chunks, and whether the rest of it was refused. */
function answerOf(chunks: readonly Uint8Array<ArrayBuffer>[]) {
  const told = { isCancelled: false };
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
    cancel() {
      told.isCancelled = true;
    },
  });
  return { response: new Response(body), told };
}

const chunkOf = (length: number, first: number) => Uint8Array.from({ length }, (_, i) => (first + i) % 251);

// A block is read into memory that is there before, a larger piece as it comes.
describe.each([
  ["a block", 5],
  ["what is larger", 9 * MEBIBYTE],
])("of %s", (_, most) => {
  test("all of it, and less than it may be", async () => {
    const { response } = answerOf([chunkOf(3, 0), chunkOf(2, 3)]);
    expect(await readBounded("file", response, most)).toEqual(chunkOf(5, 0));
    expect(await readBounded("file", new Response(null), most)).toEqual(new Uint8Array(0));
  });

  test("more than it may be is an error, and the rest is not asked for", async () => {
    const { response, told } = answerOf([chunkOf(most - 2, 0), chunkOf(3, 0), chunkOf(3, 0)]);
    const error = await readBounded("file", response, most).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(`file: want at most ${most} bytes, got more.`);
    expect(told.isCancelled).toBe(true);
  });
});

test("a chunk is freed, unless others use its memory", async () => {
  const [own, shared] = [chunkOf(3, 0), new Uint8Array(chunkOf(8, 0).buffer, 3, 2)];
  const { response } = answerOf([own, shared]);
  expect(await readBounded("file", response, 5)).toEqual(chunkOf(5, 0));
  // Node 20 cannot free it yet.
  expect(own.length).toBe("transfer" in ArrayBuffer.prototype ? 0 : 3);
  expect([...shared]).toEqual([3, 4]);
});
