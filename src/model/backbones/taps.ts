import type { Fields } from "../fields.ts";

/** Stages of every DPT neck. */
const STAGES = 4;

/**
 * The blocks whose states go to the neck, ascending: transformers keeps them in the blocks' order, not the list's.
 * @param blocks indices of blocks, from 0
 * @param count how many the neck takes from the encoder
 * @throws FileError unless they are as many different blocks of the encoder
 */
export function orderTaps(
  json: Fields,
  field: string,
  blocks: readonly number[],
  layers: number,
  count = STAGES,
): readonly number[] {
  const isBlock = (block: number) => Number.isInteger(block) && block >= 0 && block < layers;
  if (blocks.length !== count || !blocks.every(isBlock) || new Set(blocks).size < count) {
    throw json.wrong(
      field,
      `${count} different ones of ${layers} layers${count < STAGES ? ` after the first ${STAGES - count}` : ""}`,
      json.raw(field),
    );
  }
  return blocks.toSorted((a, b) => a - b);
}
