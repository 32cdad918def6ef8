import type { Fields } from "../config/fields.ts";

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
  count: number,
): readonly number[] {
  const isBlock = (block: number) => Number.isInteger(block) && block >= 0 && block < layers;
  if (blocks.length !== count || !blocks.every(isBlock) || new Set(blocks).size < count) {
    throw json.wrong(field, `${count} different ones of ${layers} layers`, json.raw(field));
  }
  return blocks.toSorted((a, b) => a - b);
}

/**
 * The blocks whose states go to the neck, as transformers' backbones have them: `out_indices` count stages, 0 is the
 * embedding, i is block i - 1; `out_features` names the same ("stage3").
 * @param count how many the neck takes
 * @throws FileError as {@link orderTaps}
 */
export function parseStages(json: Fields, layers: number, count: number): readonly number[] {
  const named = json.raw("out_features");
  const fromNames = Array.isArray(named)
    ? named.map((name) => Number(typeof name === "string" ? /^stage(\d+)$/.exec(name)?.[1] : undefined))
    : [layers];
  const listed = json.raw("out_indices");
  const indices = Array.isArray(listed) ? json.numbers("out_indices", [], listed.length) : fromNames;
  const stages = indices.map((index) => (index < 0 ? index + layers + 1 : index));
  const blocks = stages.map((stage) => stage - 1);
  return orderTaps(json, Array.isArray(listed) ? "out_indices" : "out_features", blocks, layers, count);
}
