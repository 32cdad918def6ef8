import type { Kernel } from "../runtime/graph/kernel.ts";
import { type AttentionParams, attentionFrame, LOWEST, NO_KEY } from "./shared/attention-frame.ts";
import { attentionPaths } from "./shared/attention-paths.ts";
import { enable } from "./shared/storage.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";

/** Queries of a workgroup, keys of a block, invocations of a workgroup: one invocation keeps one row's statistics. */
const TILE = 32;
/** Queries of an invocation, both for scores and for the sums of values. */
const QUERIES = 8;
/** Keys of an invocation: one vec4 of scores for each query. */
const KEYS = 4;
/** Expressions: which they are. */
const OWN_KEYS = Array.from({ length: KEYS }, (_, k) => `ownKey + ${k}u`);
/** Invocations that share their queries, side by side along the keys and along the columns of the values. */
const ACROSS = TILE / KEYS;
/** vec4 from one row of the scores to the next; the odd one out keeps rows in different banks. */
const STRIDE = TILE / 4 + 1;

/**
 * `y = softmax(q kᵀ · scale) v` for each head of each image: DPTViTSelfAttention of transformers without its projections.
 *
 * qkv `[B, T, 3 · D]` with D = heads · d: all queries, then all keys, then all values, head h in columns h · d to
 * (h + 1) · d of each → y `[B, T, D]`.
 *
 * Scores may get a bias `[heads, T, T]`, stored as qkv is, query before key (BeitSelfAttention, Swinv2SelfAttention), and
 * a mask from regions `[B', T]` u32: image n has row n mod B', so that windows of several images, the window's number
 * fastest, share the rows of one image. Inputs are qkv, bias, regions, those that there are.
 *
 * The T×T scores are never in memory: a workgroup takes 32 queries past blocks of 32 keys. It keeps the block of scores
 * in workgroup memory (4.5 KiB), the sums of values in registers (8 queries by one vec4 of each 32 columns), and
 * rescales those once a block by what the new maximum makes of the old one (online softmax, Milakov and Gimelshein,
 * arXiv:1805.02867).
 * Tokens past the last repeat it: as queries they are not stored, as keys their scores are replaced.
 *
 * SwiftShader, two cores, B = 1, T = 785, 6 heads, d = 64, in GFLOP/s: this one 3.3; with 64 queries 3.1. A query
 * to each invocation with its q and sums in registers, keys straight from storage: 0.9 with one, 1.3 with two, 2.8 with
 * four queries (512 registers: no GPU has them). The same with keys and values in workgroup memory: 0.7, 1.1, 2.1.
 */
export function attention(params: AttentionParams): Kernel {
  const own = fromStorage(params);
  return { ...own, paths: (traits) => attentionPaths(params, own, traits) };
}

function fromStorage(params: AttentionParams): Kernel {
  const { tokens, precision } = params;
  const { blocks, row, declarations, begin, logit, base, kernel } = attentionFrame(params, TILE);
  const columns = Math.ceil(blocks / ACROSS);
  const sums = (text: (i: number, c: number) => string) => unroll(QUERIES, (i) => unroll(columns, (c) => text(i, c)));
  const multiply = (i: number) => wgsl`
    let q${i} = qkv4(query${i}, c);
    score${i} += vec4f(${Array.from({ length: KEYS }, (_, k) => `dot(q${i}, k${k})`).join(", ")});`;
  const rescale = (i: number) => wgsl`
    { let factor = factors[tileRow + ${i}u]; ${unroll(columns, (c) => `sum${i}_${c} *= factor;`)} }`;
  const addValues = (i: number) => wgsl`
    let e${i} = scores[(tileRow + ${i}u) * ${STRIDE}u + k / 4u];
    ${unroll(columns, (c) => unroll(4, (j) => `sum${i}_${c} = fma(vec4f(e${i}[${j}]), v${j}_${c}, sum${i}_${c});`))}`;
  const store = (i: number) => wgsl`
    if (queries + ${i}u < ${tokens}u) {
      let to${i} = (firstToken + queries + ${i}u) * ${row}u + headStart;
      ${unroll(columns, (c) => `if (across + ${c * ACROSS}u < ${blocks}u) { yStore4(to${i}, column${c}, sum${i}_${c}); }`)}
    }`;

  // `scores` are those of a block times log2(e), then their exponentials; `factors` what each query's sums are multiplied by.
  const code = wgsl`
    ${enable(precision)}
    ${declarations}

    var<workgroup> scores: array<vec4f, ${TILE * STRIDE}>;
    var<workgroup> factors: array<f32, ${TILE}>;

    @compute @workgroup_size(${TILE})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${begin}
      let tileRow = lane / ${ACROSS}u * ${QUERIES}u;
      let queries = firstQuery + tileRow;
      let across = lane % ${ACROSS}u;
      ${unroll(QUERIES, (i) => `let query${i} = ${base("query", `queries + ${i}u`)};`)}
      ${unroll(columns, (c) => `let column${c} = min(across + ${c * ACROSS}u, ${blocks - 1}u);`)}
      ${sums((i, c) => `var sum${i}_${c} = vec4f();`)}
      var highest = ${LOWEST};
      var total = 0.0;

      for (var firstKey = 0u; firstKey < ${tokens}u; firstKey += ${TILE}u) {
        let ownKey = firstKey + across * ${KEYS}u;
        ${unroll(KEYS, (k) => `let key${k} = ${base("key", `ownKey + ${k}u`)};`)}
        ${unroll(QUERIES, (i) => `var score${i} = vec4f();`)}
        for (var c = 0u; c < ${blocks}u; c++) {
          ${unroll(KEYS, (k) => `let k${k} = qkv4(key${k}, c);`)}
          ${unroll(QUERIES, multiply)}
        }
        ${unroll(QUERIES, (i) => `scores[(tileRow + ${i}u) * ${STRIDE}u + across] = ${logit(`score${i}`, `queries + ${i}u`, OWN_KEYS)};`)}
        workgroupBarrier();

        let keys = min(${TILE}u, ${tokens}u - firstKey);
        ${WEIGH_ROW}
        workgroupBarrier();

        ${unroll(QUERIES, rescale)}
        for (var k = 0u; k < keys; k += 4u) {
          ${unroll(4, (j) => `let value${j} = ${base("value", `firstKey + k + ${j}u`)};`)}
          ${unroll(columns, (c) => unroll(4, (j) => `let v${j}_${c} = qkv4(value${j}, column${c});`))}
          ${unroll(QUERIES, addValues)}
        }
        workgroupBarrier();
      }

      factors[lane] = 1.0 / total;
      workgroupBarrier();
      ${unroll(QUERIES, rescale)}
      ${unroll(QUERIES, store)}
    }`;
  return kernel(code, `from storage ${TILE}×${TILE}`);
}

/**
 * Statements that make weights of the scores of a block's first `keys` keys: P = exp2(S − m), with the new maximum m. Each
 * invocation has one row; scores past the last four keys are never read.
 */
const WEIGH_ROW = wgsl`
  let start = lane * ${STRIDE}u;
  let end = start + (keys + 3u) / 4u;
  if (keys < ${TILE}u) {
    let key = (end - 1u - start) * 4u + vec4u(0u, 1u, 2u, 3u);
    scores[end - 1u] = select(vec4f(${NO_KEY}), scores[end - 1u], key < vec4u(keys));
  }
  var highest4 = vec4f(highest);
  for (var k = start; k < end; k++) { highest4 = max(highest4, scores[k]); }
  let newHighest = max(max(highest4.x, highest4.y), max(highest4.z, highest4.w));
  let factor = exp2(highest - newHighest);
  var total4 = vec4f();
  for (var k = start; k < end; k++) {
    let e = exp2(scores[k] - newHighest);
    scores[k] = e;
    total4 += e;
  }
  highest = newHighest;
  total = total * factor + dot(total4, vec4f(1.0));
  factors[lane] = factor;`;
