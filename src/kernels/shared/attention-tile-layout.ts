import type { Precision } from "../../runtime/graph/tensor.ts";

/**
 * How a workgroup of `down` × `across` invocations cuts up scores and sums: an invocation has `rows` queries by four keys
 * of each block, and by every `across`th vec4 of the values. What it owns lies `down` or `across` apart, so that
 * neighbours read neighbouring banks.
 */
export interface AttentionTile {
  readonly rows: number;
  readonly down: number;
  readonly across: number;
  /** Whether the `across` invocations of a row find its maximum and total by subgroup operations; else through memory. */
  readonly bySubgroup: boolean;
  /** Whether queries, which are read once for each block of keys, lie in workgroup memory; else in storage. */
  readonly keepsQueries: boolean;
}

/** What follows from it for heads of some size. */
export type AttentionTileLayout = ReturnType<typeof attentionTileLayout>;

/** Keys of an invocation in each block: one vec4 of scores for each query. */
export const TILE_KEYS = 4;

export function attentionTileLayout(tile: AttentionTile, headSize: number) {
  const { rows, down, across } = tile;
  const blocks = Math.ceil(headSize / 4);
  return {
    ...tile,
    /** Of a workgroup: its queries, its invocations, and the keys of a block. */
    queries: rows * down,
    invocations: down * across,
    keys: TILE_KEYS * across,
    /** vec4 of a head that an invocation sums for each of its queries. */
    columns: Math.ceil(blocks / across),
    /** vec4 from one token to the next, and from one row of weights to the next; odd: other banks. */
    stride: blocks | 1,
    weightStride: across | 1,
  };
}

/** Registers that an invocation keeps from block to block: sums, maxima and totals. */
export function tileRegisters({ rows, columns }: AttentionTileLayout): number {
  return rows * (4 * columns + 2);
}

/** Bytes of workgroup memory. */
export function tileBytes(layout: AttentionTileLayout, precision: Precision): number {
  const { queries, keys, across, stride, weightStride, keepsQueries, bySubgroup } = layout;
  const tokens = keys + (keepsQueries ? queries : 0);
  const weights = 16 * queries * weightStride;
  const handed = bySubgroup ? 0 : 4 * queries * across;
  return tokens * stride * (precision === "f16" ? 8 : 16) + weights + handed;
}
