import type { Kernel } from "../../runtime/graph/kernel.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { SubgroupMatrix } from "../../runtime/graph/traits.ts";
import { type AttentionParams, attentionFrame, LOWEST, NO_KEY, type Part } from "./attention-frame.ts";
import { enable } from "./storage.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/** How a workgroup of `subgroups` subgroups attends: each has `rows` matrices of queries, all share blocks of `keys` keys. */
export interface AttentionMatrices {
  readonly matrix: SubgroupMatrix;
  /** A multiple of the queries of a subgroup, so that whole invocations share a row. */
  readonly subgroupSize: number;
  readonly subgroups: number;
  readonly rows: number;
  readonly keys: number;
}

/** Numbers that a row in memory is longer than what it holds: other banks, and still a multiple of 16 bytes. */
const PADDING = { f16: 8, f32: 4 } as const;
/**
 * The reference of a row's exponentials lies so far below its highest score when it is set, in powers of 2, and moves when
 * a score is `MOST` above it. Weights are then f16 without overflow, and those that f16 cannot hold are below 2^-24 of the
 * largest (2^-34 where it has numbers below 2^-14).
 */
const USUAL = 10;
const MOST = 14;

const queriesEach = ({ matrix, rows }: AttentionMatrices) => rows * matrix.M;
export const matricesQueries = (way: AttentionMatrices) => way.subgroups * queriesEach(way);
export const matricesInvocations = ({ subgroups, subgroupSize }: AttentionMatrices) => subgroups * subgroupSize;
const componentOf = ({ matrix }: AttentionMatrices) => matrix.componentType as Precision;

/** Elements of a head, filled up with zeros to whole matrices. */
function filled({ matrix }: AttentionMatrices, headSize: number): number {
  const side = Math.max(matrix.K, matrix.N);
  return Math.ceil(headSize / side) * side;
}

/** Numbers from one row to the next: of tokens, of scores and of weights. */
function stridesOf(way: AttentionMatrices, headSize: number) {
  const component = componentOf(way);
  const [own, full] = [PADDING[component], PADDING.f32];
  return { token: filled(way, headSize) + own, score: way.keys + full, weight: way.keys + own };
}

/** Registers that an invocation keeps from block to block: sums and queries. */
export function matricesRegisters(way: AttentionMatrices, headSize: number): number {
  const each = (queriesEach(way) * filled(way, headSize)) / way.subgroupSize;
  return each + (componentOf(way) === "f16" ? each / 2 : each);
}

/** Bytes of workgroup memory. */
export function matricesBytes(way: AttentionMatrices, headSize: number): number {
  const { token, score, weight } = stridesOf(way, headSize);
  const queries = matricesQueries(way);
  const isHalf = componentOf(way) === "f16";
  const tokens = Math.max(queries, way.keys) * token;
  const weights = isHalf ? 2 * queries * weight : 0;
  return (isHalf ? 2 : 4) * tokens + 4 * queries * score + weights + 16 * Math.ceil(way.subgroups / 4);
}

/** `subgroup matrices 64×32`: queries of a workgroup, keys of a block. */
export function matricesName(way: AttentionMatrices): string {
  return `subgroup matrices ${matricesQueries(way)}×${way.keys}`;
}

/**
 * Attention whose two products are subgroup matrices (tensor cores) with sums in f32. Queries stay in matrices, and so do
 * the sums of values; scores pass through workgroup memory to the invocations, which make weights of them.
 *
 * No invocation can touch an element of a matrix, so sums go through memory to be rescaled. Any number will do as reference
 * of a row's exponentials as long as nothing overflows, `exp(a − r) / Σ exp(b − r)` is the same for all; so it moves only
 * when the maximum has outgrown it by far, after the first block hardly ever (as in FlashAttention-4).
 */
export function attentionMatrices(params: AttentionParams, way: AttentionMatrices): Kernel {
  const { tokens, headSize, precision } = params;
  const { matrix, subgroupSize, subgroups, rows, keys } = way;
  const { M, N, K } = matrix;
  const component = componentOf(way);
  const [queries, invocations] = [matricesQueries(way), matricesInvocations(way)];
  const { blocks, row, declarations, begin, logit, base, kernel } = attentionFrame(params, queries);
  const strides = stridesOf(way, headSize);
  const width = filled(way, headSize);
  const [depths, columns] = [width / K, width / N];
  /** Invocations that share a row, and what each has of it. */
  const sharers = subgroupSize / queriesEach(way);
  const own = keys / sharers;
  // Weights of f32 take the place of their scores.
  const weights =
    component === "f16" ? { array: "weights", stride: strides.weight } : { array: "scores", stride: strides.score };
  const result = `subgroup_matrix_result<f32, ${N}, ${M}>`;
  const left = `subgroup_matrix_left<${component}, ${K}, ${M}>`;
  const right = `subgroup_matrix_right<${component}, ${N}, ${K}>`;
  const each = (text: (i: number, j: number) => string) => unroll(rows, (i) => unroll(columns, (j) => text(i, j)));

  const load = (part: Part, from: string, count: number) => {
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
  };
  const scoresOf = (i: number) => wgsl`
    var score${i} = ${result}(0);
    ${unroll(depths, (k) => `score${i} = subgroupMatrixMultiplyAccumulate(query${i}_${k}, key${k}, score${i});`)}
    subgroupMatrixStore<row_major>(&scores, (firstRow + ${i * M}u) * ${strides.score}u + n, score${i}, ${strides.score}u);`;

  /** All sums, some columns at a time, as scores: `text` finds those from column `first` on there. */
  const throughMemory = (text: (first: number) => string, { isBack }: { readonly isBack: boolean }) => {
    const atOnce = keys / N;
    return unroll(Math.ceil(columns / atOnce), (chunk) => {
      const place = (i: number, j: number) => `(firstRow + ${i * M}u) * ${strides.score}u + ${(j % atOnce) * N}u`;
      const sums = Array.from({ length: rows * columns }, (_, at) => [Math.floor(at / columns), at % columns] as const);
      const ofChunk = sums.filter(([, j]) => Math.floor(j / atOnce) === chunk);
      const load = (i: number, j: number) =>
        `sum${i}_${j} = subgroupMatrixLoad<${result}, row_major>(&scores, ${place(i, j)}, ${strides.score}u);`;
      return wgsl`
        ${ofChunk.map(([i, j]) => `subgroupMatrixStore<row_major>(&scores, ${place(i, j)}, sum${i}_${j}, ${strides.score}u);`).join("\n")}
        workgroupBarrier();
        ${text(chunk * keys)}
        workgroupBarrier();
        #if ${isBack}
        ${ofChunk.map(([i, j]) => load(i, j)).join("\n")}
        workgroupBarrier();
        #endif`;
    });
  };
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
  const ofOwn = (array: string, from: string, k: number) => `${array}[${from} + part + ${k * sharers}u]`;

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
    ${acrossRow("rowMax", (a, b) => `max(${a}, ${b})`)}
    ${acrossRow("rowSum", (a, b) => `${a} + ${b}`)}

    @compute @workgroup_size(${invocations})
    fn main(
      @builtin(workgroup_id) workgroup: vec3u,
      @builtin(local_invocation_index) lane: u32,
      @builtin(subgroup_invocation_id) invocation: u32,
    ) {
      ${begin}
      let subgroup = lane / ${subgroupSize}u;
      let firstRow = subgroup * ${queriesEach(way)}u;
      let ownRow = firstRow + invocation / ${sharers}u;
      let part = invocation % ${sharers}u;
      let ownScores = ownRow * ${strides.score}u;
      // Tokens past the last repeat it: as queries they are not stored, as keys their scores are replaced.
      ${load("query", "firstQuery", queries)}
      workgroupBarrier();
      ${unroll(rows, (i) => unroll(depths, (k) => `let query${i}_${k} = subgroupMatrixLoad<${left}, row_major>(&slab, (firstRow + ${i * M}u) * ${strides.token}u + ${k * K}u, ${strides.token}u);`))}
      ${each((i, j) => `var sum${i}_${j} = ${result}(0);`)}
      var reference = ${LOWEST};
      var total = 0.0;
      workgroupBarrier();

      for (var firstKey = 0u; firstKey < ${tokens}u; firstKey += ${keys}u) {
        ${load("key", "firstKey", keys)}
        workgroupBarrier();
        for (var n = 0u; n < ${keys}u; n += ${N}u) {
          ${unroll(depths, (k) => `let key${k} = subgroupMatrixLoad<${right}, col_major>(&slab, n * ${strides.token}u + ${k * K}u, ${strides.token}u);`)}
          ${unroll(rows, scoresOf)}
        }
        workgroupBarrier();

        ${load("value", "firstKey", keys)}
        let ownKey = firstKey + part;
        ${unroll(own, (k) => `let score${k} = select(${NO_KEY}, ${logit(ofOwn("scores", "ownScores", k), "firstQuery + ownRow", [`ownKey + ${k * sharers}u`])}, ownKey + ${k * sharers}u < ${tokens}u);`)}
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
        if (firstKey > 0u && ${Array.from({ length: subgroups }, (_, i) => `movedOf[${i}]`).join(" + ")} > 0u) {
          ${throughMemory(() => unroll(own, (k) => `${ofOwn("scores", "ownScores", k)} *= factor;`), { isBack: true })}
        }
        total *= factor;
        let ownWeights = ownRow * ${weights.stride}u;
        ${unroll(own, (k) => `let weight${k} = ${component}(exp2(score${k} - reference));`)}
        ${unroll(own, (k) => `total += f32(weight${k});`)}
        ${unroll(own, (k) => `${ofOwn(weights.array, "ownWeights", k)} = weight${k};`)}
        workgroupBarrier();

        for (var k = 0u; k < ${keys}u; k += ${K}u) {
          ${unroll(rows, (i) => `let weights${i} = subgroupMatrixLoad<${left}, row_major>(&${weights.array}, (firstRow + ${i * M}u) * ${weights.stride}u + k, ${weights.stride}u);`)}
          ${unroll(columns, addValues)}
        }
        workgroupBarrier();
      }

      let share = 1.0 / rowSum(total);
      ${throughMemory(store, { isBack: false })}
    }`;
  return kernel(code, matricesName(way));

  function addValues(j: number): string {
    return wgsl`
      let value${j} = subgroupMatrixLoad<${right}, row_major>(&slab, k * ${strides.token}u + ${j * N}u, ${strides.token}u);
      ${unroll(rows, (i) => `sum${i}_${j} = subgroupMatrixMultiplyAccumulate(weights${i}, value${j}, sum${i}_${j});`)}`;
  }

  /** A function that joins a number of each invocation of a row. */
  function acrossRow(name: string, join: (a: string, b: string) => string): string {
    const distances = Array.from({ length: Math.log2(sharers) }, (_, i) => 1 << i);
    return wgsl`
      fn ${name}(own: f32) -> f32 {
        var v = own;
        ${distances.map((distance) => `v = ${join("v", `subgroupShuffleXor(v, ${distance}u)`)};`).join("\n")}
        return v;
      }`;
  }
}
