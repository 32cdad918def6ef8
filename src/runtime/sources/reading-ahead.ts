import { blocksOf } from "./blocks.ts";
import type { ByteSource } from "./byte-source.ts";
import { checkRange } from "./check-range.ts";
import type { ExpectedPiece } from "./fetch-ahead.ts";

/** A file whose announced reads are fetched ahead in whole blocks; all other reads go straight to it. */
export function readingAhead(source: ByteSource): ByteSource {
  const { name, size, version } = source;
  const pieces = new Map<number, ExpectedPiece>();
  return {
    name,
    size,
    version,
    expect(begin, end, ahead) {
      for (const { index, begin: from, end: until } of blocksOf(begin, end, size)) {
        const known = pieces.get(index);
        if (known?.isOver === false) known.expectAgain();
        else
          pieces.set(
            index,
            ahead.announce((signal) => source.read(from, until, signal)),
          );
      }
    },
    async read(begin, end, signal) {
      checkRange(source, begin, end);
      const blocks = blocksOf(begin, end, size);
      if (blocks.some(({ index }) => pieces.get(index)?.isOver !== false)) return source.read(begin, end, signal);
      const bytes = new Uint8Array(end - begin);
      for (const { index, begin: from } of blocks) {
        await pieces.get(index)!.read((block) => {
          bytes.set(block.subarray(Math.max(begin - from, 0), end - from), Math.max(from - begin, 0));
        });
        signal?.throwIfAborted();
      }
      return bytes;
    },
  };
}
