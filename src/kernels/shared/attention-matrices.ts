import type { Kernel } from "../../runtime/graph/kernel.ts";
import { type AttentionParams, attentionFrame } from "./attention-frame.ts";
import type { AttentionMatricesLayout } from "./attention-matrices-layout.ts";
import {
  addValues,
  beginSums,
  loadTokens,
  type MatricesText,
  multiplyKeys,
  storeSums,
  weighScores,
} from "./attention-matrices-steps.ts";
import { enable } from "./storage.ts";
import { wgsl } from "./wgsl.ts";

/**
 * Attention whose two products are subgroup matrices (tensor cores) with sums in f32. Queries stay in matrices, and so do
 * the sums of values; scores pass through workgroup memory to the invocations, which make weights of them.
 *
 * No invocation can touch an element of a matrix, so sums go through memory to be rescaled. Any number will do as reference
 * of a row's exponentials as long as nothing overflows, `exp(a − r) / Σ exp(b − r)` is the same for all; so it moves only
 * when the maximum has outgrown it by far, after the first block hardly ever (as in FlashAttention-4).
 */
export function attentionMatrices(params: AttentionParams, layout: AttentionMatricesLayout): Kernel {
  const { tokens, precision } = params;
  const { component, strides, subgroups, subgroupSize, queriesEach, queries, keys, invocations, sharers } = layout;
  const { row, declarations, begin, kernel, ...frame } = attentionFrame(params, queries);
  const text: MatricesText = { layout, tokens, ...frame };
  const code = wgsl`
    enable chromium_experimental_subgroup_matrix;
    enable subgroups;
    ${enable([precision, component].includes("f16") ? "f16" : "f32")}
    // Matrices lie where the subgroup's number says, which is equal within the subgroup and not within the workgroup; the
    // compiler proves the latter alone.
    diagnostic(off, chromium.subgroup_matrix_uniformity);
    ${declarations}
    // Queries, then the keys and the values of a block in turns.
    var<workgroup> slab: array<${component}, ${Math.max(queries, keys) * strides.token}>;
    // Of a block. Sums pass through here while the scores are in registers.
    var<workgroup> scores: array<f32, ${queries * strides.score}>;
    #if ${component === "f16"}
    var<workgroup> weights: array<f16, ${queries * strides.weight}>;
    #endif
    // Of each subgroup: whether the reference of one of its rows has moved.
    var<workgroup> moved: array<u32, ${subgroups}>;
    ${acrossRow(sharers, "rowMax", (a, b) => `max(${a}, ${b})`)}
    ${acrossRow(sharers, "rowSum", (a, b) => `${a} + ${b}`)}

    @compute @workgroup_size(${invocations})
    fn main(
      @builtin(workgroup_id) workgroup: vec3u,
      @builtin(local_invocation_index) lane: u32,
      @builtin(subgroup_invocation_id) invocation: u32,
    ) {
      ${begin}
      let subgroup = lane / ${subgroupSize}u;
      let firstRow = subgroup * ${queriesEach}u;
      let ownRow = firstRow + invocation / ${sharers}u;
      let part = invocation % ${sharers}u;
      let ownScores = ownRow * ${strides.score}u;
      // Tokens past the last repeat it: as queries they are not stored, as keys their scores are replaced.
      ${loadTokens(text, "query", "firstQuery", queries)}
      workgroupBarrier();
      ${beginSums(text)}
      workgroupBarrier();

      for (var firstKey = 0u; firstKey < ${tokens}u; firstKey += ${keys}u) {
        ${loadTokens(text, "key", "firstKey", keys)}
        workgroupBarrier();
        ${multiplyKeys(text)}
        workgroupBarrier();

        ${loadTokens(text, "value", "firstKey", keys)}
        ${weighScores(text)}
        workgroupBarrier();

        ${addValues(text)}
        workgroupBarrier();
      }

      ${storeSums(text, row)}
    }`;
  return kernel(code, `subgroup matrices ${queries}×${keys}`);
}

/** A function that joins a number of each invocation of a row. */
function acrossRow(sharers: number, name: string, join: (a: string, b: string) => string): string {
  const distances = Array.from({ length: Math.log2(sharers) }, (_, i) => 1 << i);
  return wgsl`
    fn ${name}(own: f32) -> f32 {
      var v = own;
      ${distances.map((distance) => `v = ${join("v", `subgroupShuffleXor(v, ${distance}u)`)};`).join("\n")}
      return v;
    }`;
}
