import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { grid } from "./shared/grid.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface RelativePositionBiasParams {
  /** Of the grid of tokens. */
  readonly height: number;
  readonly width: number;
  readonly heads: number;
  /** Whether a class token comes before the grid. */
  readonly classToken: boolean;
  readonly precision: Precision;
}

const INVOCATIONS = 64;

/**
 * The bias of attention by where a key lies from its query (BeitRelativePositionBias; without a class token that of Swin's
 * windows): table `[1, 2 · h − 1, 2 · w − 1, heads]`, whose entry (h − 1 + Δy, w − 1 + Δx) is that of a query which lies
 * Δy rows below and Δx columns to the right of the key → bias `[heads, T, T]`, query before key, T = h · w.
 *
 * With a class token T = 1 + h · w, and rows `[3, heads]` are an input too: the class token's bias for patches, that of
 * patches for the class token, and its own for itself.
 */
export function relativePositionBias(params: RelativePositionBiasParams): Kernel {
  const { height, width, heads, classToken, precision } = params;
  const first = classToken ? 1 : 0;
  const tokens = first + height * width;
  const [down, across] = [2 * height - 1, 2 * width - 1];
  const table: TensorSpec = { shape: [1, down, across, heads], dtype: precision };
  const rows: TensorSpec = { shape: [3, heads], dtype: precision };
  const output: TensorSpec = { shape: [heads, tokens, tokens], dtype: precision };
  const inputs = [table, ...(classToken ? [rows] : [])];
  const pairs = tokens * tokens;
  const { workgroups, index } = grid(Math.ceil(pairs / INVOCATIONS));
  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "table", table, lanes(heads))}
    ${loadChannels("table", heads)}
    #if ${classToken}
    ${storage(1, "read", "rows", rows, lanes(heads))}
    ${loadChannels("rows", heads)}
    #endif
    ${storage(inputs.length, "read_write", "y", output, 1)}

    // An invocation has all heads of a pair: they lie side by side in the table, and neighbours' pairs do in the output.
    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let pair = group * ${INVOCATIONS}u + lane;
      if (pair >= ${pairs}u) { return; }
      let query = pair / ${tokens}u;
      let key = pair % ${tokens}u;
      let q = max(query, ${first}u) - ${first}u;
      let k = max(key, ${first}u) - ${first}u;
      let row = q / ${width}u + ${height - 1}u - k / ${width}u;
      let column = q % ${width}u + ${width - 1}u - k % ${width}u;
      let entry = (row * ${across}u + column) * ${rowStride(heads)}u;
      for (var c = 0u; c < ${Math.ceil(heads / 4)}u; c++) {
        var four = table4(entry, c);
        #if ${classToken}
        if (query == 0u || key == 0u) {
          let which = select(select(1u, 0u, query == 0u), 2u, query == key);
          four = rows4(which * ${rowStride(heads)}u, c);
        }
        #endif
        for (var h = 0u; h < 4u; h++) {
          if (4u * c + h < ${heads}u) { y[(4u * c + h) * ${pairs}u + pair] = ${precision}(four[h]); }
        }
      }
    }`;
  return {
    label: `relativePositionBias ${height}×${width}${classToken ? " + 1" : ""}, ${heads} heads`,
    inputs,
    output,
    code,
    workgroups,
    flops: 0,
  };
}
