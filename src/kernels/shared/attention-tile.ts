import type { Kernel } from "../../runtime/graph/kernel.ts";
import { type AttentionParams, attentionFrame } from "./attention-frame.ts";
import type { AttentionTileLayout } from "./attention-tile-layout.ts";
import { addValues, beginSums, loadTokens, score, storeSums, weigh } from "./attention-tile-steps.ts";
import { enable, vector } from "./storage.ts";
import { wgsl } from "./wgsl.ts";

/**
 * Attention with blocks of keys, then of values, in workgroup memory, as they are stored; scores, sums and statistics in
 * registers, weights (f32) handed round through workgroup memory. A row's total is summed over its invocations once, at
 * the end.
 *
 * In workgroup memory: `queries`; `block`, keys, then values; `weights`, exponentials of the scores, element k of column s
 * that of key s + across · k; `handed`, what invocations tell each other of a row. Tokens past the last repeat it: as queries
 * they are not stored, as keys their scores are replaced.
 *
 * With subgroup operations invocations of a row must lie in one subgroup, side by side: quads do for `across` = 4.
 */
export function attentionTile(params: AttentionParams, layout: AttentionTileLayout): Kernel {
  const { tokens, precision } = params;
  const { across, queries, keys, invocations, stride, weightStride, keepsQueries, bySubgroup } = layout;
  const frame = attentionFrame(params, queries);
  const text = { ...params, ...frame, ...layout };
  const memory = vector(precision, 4);
  const code = wgsl`
    ${bySubgroup ? "enable subgroups;" : ""}
    ${enable(precision)}
    ${frame.declarations}
    #if ${keepsQueries}
    var<workgroup> queries: array<${memory}, ${queries * stride}>;
    #endif
    var<workgroup> block: array<${memory}, ${keys * stride}>;
    var<workgroup> weights: array<vec4f, ${queries * weightStride}>;
    #if ${bySubgroup}
    ${acrossRow(across, "rowMax", (a, b) => `max(${a}, ${b})`)}
    ${acrossRow(across, "rowSum", (a, b) => `${a} + ${b}`)}
    #else
    var<workgroup> handed: array<f32, ${queries * across}>;
    #endif

    @compute @workgroup_size(${invocations})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${frame.begin}
      let across = lane % ${across}u;
      ${beginSums(text)}

      for (var firstKey = 0u; firstKey < ${tokens}u; firstKey += ${keys}u) {
        ${loadTokens(text, "block", "key", "firstKey", keys)}
        workgroupBarrier();
        ${score(text)}
        workgroupBarrier();

        ${loadTokens(text, "block", "value", "firstKey", keys)}
        ${weigh(text)}
        workgroupBarrier();

        ${addValues(text)}
        workgroupBarrier();
      }

      ${storeSums(text)}
    }`;
  const way = bySubgroup ? "subgroups" : "workgroup tiles";
  return frame.kernel(code, `${way} ${queries}×${keys}`);
}

/** A function that joins a number of each invocation of a row. */
function acrossRow(across: number, name: string, join: (a: string, b: string) => string): string {
  const wider = Array.from({ length: Math.log2(across / 4) }, (_, i) => 4 << i);
  return wgsl`
    fn ${name}(own: f32) -> f32 {
      var v = own;
      v = ${join("v", "quadSwapX(v)")};
      v = ${join("v", "quadSwapY(v)")};
      ${wider.map((distance) => `v = ${join("v", `subgroupShuffleXor(v, ${distance}u)`)};`).join("\n")}
      return v;
    }`;
}
