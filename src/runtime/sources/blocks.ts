/** Large enough that a round trip does not count, small enough that a few of them do not either. */
export const BLOCK_BYTES = 4 * 2 ** 20;

/** A part of a file: that which begins at `index` times the size of a block. */
export interface Block {
  readonly index: number;
  readonly begin: number;
  readonly end: number;
}

/** The blocks of a file of `size` bytes that hold something of `[begin, end)`. */
export function blocksOf(begin: number, end: number, size: number): Block[] {
  if (begin >= end) return [];
  const first = Math.floor(begin / BLOCK_BYTES);
  const count = Math.ceil(end / BLOCK_BYTES) - first;
  return Array.from({ length: count }, (_, i) => {
    const index = first + i;
    return { index, begin: index * BLOCK_BYTES, end: Math.min((index + 1) * BLOCK_BYTES, size) };
  });
}
