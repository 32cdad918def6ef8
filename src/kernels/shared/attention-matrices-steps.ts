import { type AttentionFrame, type AttentionParams, LOWEST, NO_KEY, type Part } from "./attention-frame.ts";
import type { AttentionMatricesLayout } from "./attention-matrices-layout.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/** What the steps are written from. */
export interface MatricesText
  extends Pick<AttentionParams, "tokens">,
    Pick<AttentionFrame, "blocks" | "base" | "logit"> {
  readonly layout: AttentionMatricesLayout;
}

/**
 * The reference of a row's exponentials lies so far below its highest score when it is set, in powers of 2, and moves when
 * a score is `MOST` above it. Weights are then f16 without overflow, and those that f16 cannot hold are below 2^-24 of the
 * largest (2^-34 where it has numbers below 2^-14).
 */
const USUAL = 10;
const MOST = 14;

/** Types of matrices: sums `[M, N]`, left factors `[M, K]`, right factors `[K, N]`. */
export function matrixTypes({ matrix: { M, N, K }, component }: AttentionMatricesLayout) {
  return {
    sum: `subgroup_matrix_result<f32, ${N}, ${M}>`,
    left: `subgroup_matrix_left<${component}, ${K}, ${M}>`,
    right: `subgroup_matrix_right<${component}, ${N}, ${K}>`,
  };
}

/** Statements that load `count` queries, keys or values of the head, from token `from` on, into `slab`. */
export function loadTokens({ layout, blocks, base }: MatricesText, part: Part, from: string, count: number): string {
  const { width, component, strides, invocations } = layout;
  const quads = width / 4;
  const isFilled = quads > blocks;
  return wgsl`
    for (var i = 0u; i < ${Math.ceil((count * quads) / invocations)}u; i++) {
      let item = i * ${invocations}u + lane;
      if (item < ${count * quads}u) {
        let token = item / ${quads}u;
        let c = item % ${quads}u;
        let loaded = qkv4(${base(part, `${from} + token`)}, ${isFilled ? `min(c, ${blocks - 1}u)` : "c"});
        let four = vec4<${component}>(${isFilled ? `select(vec4f(), loaded, c < ${blocks}u)` : "loaded"});
        let to = token * ${strides.token}u + 4u * c;
        ${unroll(4, (k) => `slab[to + ${k}u] = four[${k}];`)}
      }
    }`;
}

/** Statements that keep the subgroup's queries in matrices and begin its sums, references and totals: Q, O = 0, r, l = 0. */
export function beginSums({ layout }: MatricesText): string {
  const { rows, depths, columns, strides, matrix } = layout;
  const { left, sum } = matrixTypes(layout);
  const from = (i: number, k: number) => `(firstRow + ${i * matrix.M}u) * ${strides.token}u + ${k * matrix.K}u`;
  const query = (i: number, k: number) =>
    `let query${i}_${k} = subgroupMatrixLoad<${left}, row_major>(&slab, ${from(i, k)}, ${strides.token}u);`;
  return wgsl`
    ${unroll(rows, (i) => unroll(depths, (k) => query(i, k)))}
    ${unroll(rows, (i) => unroll(columns, (j) => `var sum${i}_${j} = ${sum}(0);`))}
    var reference = ${LOWEST};
    var total = 0.0;`;
}

/** Statements that put the products of the subgroup's queries and the block's keys into `scores`: S = Q Kᵀ. */
export function multiplyKeys({ layout }: MatricesText): string {
  const { rows, keys, depths, strides, matrix } = layout;
  const { sum, right } = matrixTypes(layout);
  const key = (k: number) =>
    `let key${k} = subgroupMatrixLoad<${right}, col_major>(&slab, n * ${strides.token}u + ${k * matrix.K}u, ${strides.token}u);`;
  const scoresOf = (i: number) => wgsl`
    var score${i} = ${sum}(0);
    ${unroll(depths, (k) => `score${i} = subgroupMatrixMultiplyAccumulate(query${i}_${k}, key${k}, score${i});`)}
    subgroupMatrixStore<row_major>(&scores, (firstRow + ${i * matrix.M}u) * ${strides.score}u + n, score${i}, ${strides.score}u);`;
  return wgsl`
    for (var n = 0u; n < ${keys}u; n += ${matrix.N}u) {
      ${unroll(depths, key)}
      ${unroll(rows, scoresOf)}
    }`;
}

/**
 * Statements that make weights of the block's scores, each invocation of its share of a row: P = exp2(S − r). The reference r
 * moves first where the row's maximum has outgrown it; the sums and the total so far are then rescaled.
 */
export function weighScores({ layout, tokens, logit }: MatricesText): string {
  const { subgroups, sharers, own, component, weights } = layout;
  const ofOwn = (array: string, from: string, k: number) => `${array}[${from} + part + ${k * sharers}u]`;
  const scoreOf = (k: number) => {
    const score = logit(ofOwn("scores", "ownScores", k), "firstQuery + ownRow", [`ownKey + ${k * sharers}u`]);
    return `let score${k} = select(${NO_KEY}, ${score}, ownKey + ${k * sharers}u < ${tokens}u);`;
  };
  const movedAny = Array.from({ length: subgroups }, (_, i) => `movedOf[${i}]`).join(" + ");
  const rescale = () => unroll(own, (k) => `${ofOwn("scores", "ownScores", k)} *= factor;`);
  return wgsl`
    let ownKey = firstKey + part;
    ${unroll(own, scoreOf)}
    var highest = score0;
    ${unroll(own - 1, (k) => `highest = max(highest, score${k + 1});`)}
    highest = rowMax(highest);
    let moves = highest > reference + ${MOST};
    let newReference = select(reference, highest - ${USUAL}, moves);
    let factor = exp2(reference - newReference);
    reference = newReference;
    let movesAny = subgroupAny(moves);
    if (invocation == 0u) { moved[subgroup] = u32(movesAny); }
    let movedOf = workgroupUniformLoad(&moved);
    if (firstKey > 0u && ${movedAny} > 0u) {
      ${throughMemory(layout, rescale, { isBack: true })}
    }
    total *= factor;
    let ownWeights = ownRow * ${weights.stride}u;
    ${unroll(own, (k) => `let weight${k} = ${component}(exp2(score${k} - reference));`)}
    ${unroll(own, (k) => `total += f32(weight${k});`)}
    ${unroll(own, (k) => `${ofOwn(weights.array, "ownWeights", k)} = weight${k};`)}`;
}

/** Statements that add the products of the block's weights and values to the subgroup's sums: O = O + P V. */
export function addValues({ layout }: MatricesText): string {
  const { rows, keys, columns, strides, weights, matrix } = layout;
  const { left, right } = matrixTypes(layout);
  const weightsOf = (i: number) =>
    `let weights${i} = subgroupMatrixLoad<${left}, row_major>(&${weights.array}, (firstRow + ${i * matrix.M}u) * ${weights.stride}u + k, ${weights.stride}u);`;
  const add = (j: number) => wgsl`
    let value${j} = subgroupMatrixLoad<${right}, row_major>(&slab, k * ${strides.token}u + ${j * matrix.N}u, ${strides.token}u);
    ${unroll(rows, (i) => `sum${i}_${j} = subgroupMatrixMultiplyAccumulate(weights${i}, value${j}, sum${i}_${j});`)}`;
  return wgsl`
    for (var k = 0u; k < ${keys}u; k += ${matrix.K}u) {
      ${unroll(rows, weightsOf)}
      ${unroll(columns, add)}
    }`;
}

/** Statements that store what the sums come to: O / l. @param row units of `yStore4` from one token to the next */
export function storeSums({ layout, tokens, blocks }: MatricesText, row: number): string {
  const { keys, width, sharers } = layout;
  const store = (first: number) => wgsl`
    if (firstQuery + ownRow < ${tokens}u) {
      let to = (firstToken + firstQuery + ownRow) * ${row}u + headStart;
      for (var quad = part; quad < ${Math.min(keys, width - first) / 4}u; quad += ${sharers}u) {
        let c = quad + ${first / 4}u;
        let at = ownScores + 4u * quad;
        let sum = vec4f(scores[at], scores[at + 1u], scores[at + 2u], scores[at + 3u]);
        if (c < ${blocks}u) { yStore4(to, c, sum * share); }
      }
    }`;
  return wgsl`
    let share = 1.0 / rowSum(total);
    ${throughMemory(layout, store, { isBack: false })}`;
}

/**
 * All sums through `scores`, as many columns at a time as find room there: no invocation can touch an element of a matrix.
 * @param text statements for the columns from `first` on, once they are there
 * @param isBack whether they go back into matrices
 */
function throughMemory(
  layout: AttentionMatricesLayout,
  text: (first: number) => string,
  { isBack }: { readonly isBack: boolean },
): string {
  const { rows, keys, columns, strides, matrix } = layout;
  const { sum } = matrixTypes(layout);
  const atOnce = keys / matrix.N;
  const place = (i: number, j: number) =>
    `(firstRow + ${i * matrix.M}u) * ${strides.score}u + ${(j % atOnce) * matrix.N}u`;
  const sums = Array.from({ length: rows * columns }, (_, at) => [Math.floor(at / columns), at % columns] as const);
  const store = ([i, j]: readonly [number, number]) =>
    `subgroupMatrixStore<row_major>(&scores, ${place(i, j)}, sum${i}_${j}, ${strides.score}u);`;
  const load = ([i, j]: readonly [number, number]) =>
    `sum${i}_${j} = subgroupMatrixLoad<${sum}, row_major>(&scores, ${place(i, j)}, ${strides.score}u);`;
  return unroll(Math.ceil(columns / atOnce), (chunk) => {
    const ofChunk = sums.filter(([, j]) => Math.floor(j / atOnce) === chunk);
    return wgsl`
      ${ofChunk.map(store).join("\n")}
      workgroupBarrier();
      ${text(chunk * keys)}
      workgroupBarrier();
      #if ${isBack}
      ${ofChunk.map(load).join("\n")}
      workgroupBarrier();
      #endif`;
  });
}
