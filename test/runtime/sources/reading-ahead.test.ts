import { describe, expect, test } from "vitest";
import { BLOCK_BYTES } from "../../../src/runtime/sources/blocks.ts";
import type { ByteSource } from "../../../src/runtime/sources/byte-source.ts";
import { FetchAhead } from "../../../src/runtime/sources/fetch-ahead.ts";
import { readingAhead } from "../../../src/runtime/sources/reading-ahead.ts";

/** A distant file whose byte `i` is made of `i`; answers when told to, or at once. */
function distantFile(size: number, { answer = async () => {} }: { answer?: () => Promise<void> } = {}) {
  const asked: [number, number][] = [];
  const signals: AbortSignal[] = [];
  const source: ByteSource = {
    name: "far/away",
    size,
    version: '"1"',
    async read(begin, end, signal) {
      asked.push([begin, end]);
      if (signal) signals.push(signal);
      await answer();
      return contentOf(begin, end);
    },
  };
  return { source: readingAhead(source), asked, signals };
}

function contentOf(begin: number, end: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(end - begin);
  // Every 997th byte says where it lies; the rest would only take time.
  for (let i = Math.ceil(begin / 997) * 997; i < end; i += 997) bytes[i - begin] = 1 + ((i / 997) % 255);
  return bytes;
}

// Node 20 lacks it; it is part of what is tested.
if (!("transfer" in ArrayBuffer.prototype)) {
  Object.defineProperty(ArrayBuffer.prototype, "transfer", {
    value(this: ArrayBuffer) {
      return structuredClone(this, { transfer: [this] });
    },
  });
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const blocks = (...indexes: number[]) => indexes.map((i) => [i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES]);

test("a read that was not announced goes straight to the file", async () => {
  const { source, asked } = distantFile(1000);
  expect(source).toMatchObject({ name: "far/away", size: 1000, version: '"1"' });
  expect(same(await source.read(10, 20), contentOf(10, 20))).toBe(true);
  expect(asked).toEqual([[10, 20]]);
  await expect(source.read(10, 1001)).rejects.toThrow(/byte range inside its 1000 bytes/);
});

test("neighbours come together, each block once, and a large tensor in parts", async () => {
  const size = 5 * BLOCK_BYTES + 7;
  const { source, asked } = distantFile(size);
  const reads: [number, number][] = [
    [3000, 5000],
    [5000, 5001],
    [5001, 3 * BLOCK_BYTES + 9],
    [3 * BLOCK_BYTES + 9, 3 * BLOCK_BYTES + 9],
    [3 * BLOCK_BYTES + 10, size],
  ];
  const ahead = new FetchAhead();
  for (const [begin, end] of reads) source.expect!(begin, end, ahead);
  for (const [begin, end] of reads) expect(same(await source.read(begin, end), contentOf(begin, end))).toBe(true);
  ahead.stop();
  expect(asked).toEqual([...blocks(0, 1, 2, 3, 4), [5 * BLOCK_BYTES, size]]);
  // Afterwards it is as if nothing had been announced.
  await source.read(1, 2);
  expect(asked.at(-1)).toEqual([1, 2]);
});

test("four blocks are on their way beside the one that is read, of all files together", async () => {
  const waiting: (() => void)[] = [];
  const answer = () => new Promise<void>((resolve) => waiting.push(resolve));
  const [one, two] = [distantFile(4 * BLOCK_BYTES, { answer }), distantFile(9 * BLOCK_BYTES, { answer })];
  const ahead = new FetchAhead();
  one.source.expect!(0, one.source.size, ahead);
  two.source.expect!(0, two.source.size, ahead);
  const first = one.source.read(0, 10);
  expect([one.asked.length, two.asked.length]).toEqual([4, 1]);
  for (const resolve of waiting.splice(0)) resolve();
  expect(same(await first, contentOf(0, 10))).toBe(true);
  // What has come and was not read counts: memory is bounded, not only the line.
  expect([one.asked.length, two.asked.length]).toEqual([4, 1]);
  await one.source.read(BLOCK_BYTES, BLOCK_BYTES + 1);
  expect([one.asked.length, two.asked.length]).toEqual([4, 2]);
  ahead.stop();
});

test("a block stays until it has been read as often as announced, six of them at most", async () => {
  const { source, asked } = distantFile(9 * BLOCK_BYTES);
  const ahead = new FetchAhead();
  const indexes = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const at = (index: number) => [index * BLOCK_BYTES, index * BLOCK_BYTES + 1] as const;
  for (const index of [...indexes, ...indexes]) source.expect!(...at(index), ahead);
  for (const index of indexes.slice(0, 7)) await source.read(...at(index));
  expect(asked).toEqual(blocks(...indexes));
  // The last six of seven are still there.
  for (const index of [1, 2, 3, 4, 5, 6]) await source.read(...at(index));
  expect(asked).toHaveLength(9);
  await source.read(...at(0));
  expect(asked.slice(9)).toEqual(blocks(0));
  // Read as often as announced, they are gone.
  await source.read(...at(6));
  expect(asked.slice(10)).toEqual(blocks(6));
  ahead.stop();
});

test("more reads at once than were announced see the same bytes", async () => {
  const { source, asked } = distantFile(BLOCK_BYTES);
  const ahead = new FetchAhead();
  source.expect!(0, 5000, ahead);
  const reads = await Promise.all([0, 1, 2].map((from) => source.read(from, 5000)));
  for (const [from, bytes] of reads.entries()) expect(same(bytes, contentOf(from, 5000))).toBe(true);
  expect(same(await source.read(3, 4000), contentOf(3, 4000))).toBe(true);
  expect(asked).toEqual(blocks(0, 0));
  ahead.stop();
});

describe("what goes wrong", () => {
  test("reaches whoever reads that block, and nobody else", async () => {
    let requests = 0;
    const answer = async () => {
      if (requests++ === 2) throw new Error("cut");
    };
    const { source } = distantFile(4 * BLOCK_BYTES, { answer });
    const ahead = new FetchAhead();
    source.expect!(0, source.size, ahead);
    await source.read(0, 2 * BLOCK_BYTES);
    await expect(source.read(2 * BLOCK_BYTES, 2 * BLOCK_BYTES + 1)).rejects.toThrow("cut");
    await source.read(3 * BLOCK_BYTES, 4 * BLOCK_BYTES);
    ahead.stop();
  });

  test("an abort, or the end, stops what is on its way", async () => {
    const { source, asked, signals } = distantFile(9 * BLOCK_BYTES);
    const controller = new AbortController();
    const ahead = new FetchAhead(controller.signal);
    source.expect!(0, source.size, ahead);
    await source.read(0, 1);
    const reason = new Error("changed my mind");
    controller.abort(reason);
    expect(signals.map((signal) => signal.reason)).toEqual(Array(5).fill(reason));
    await expect(source.read(0, 1, controller.signal)).rejects.toBe(reason);
    expect(asked.length).toBeLessThanOrEqual(6);
    ahead.stop();
  });
});
