import type { Fields } from "../fields.ts";

/** Stages of every DPT neck. */
const STAGES = 4;

/**
 * The blocks whose states go to the neck, ascending: transformers keeps them in the blocks' order, not the list's.
 * @param blocks indices of blocks, from 0
 * @throws FileError unless they are four different blocks of the encoder
 */
export function orderTaps(json: Fields, field: string, blocks: readonly number[], layers: number): readonly number[] {
  const isBlock = (block: number) => Number.isInteger(block) && block >= 0 && block < layers;
  if (blocks.length !== STAGES || !blocks.every(isBlock) || new Set(blocks).size < STAGES) {
    throw json.wrong(field, `${STAGES} different ones of ${layers} layers`, json.raw(field));
  }
  return blocks.toSorted((a, b) => a - b);
}
