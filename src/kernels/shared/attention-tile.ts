import type { Kernel } from "../../runtime/graph/kernel.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import { type AttentionParams, attentionFrame, LOWEST, NO_KEY } from "./attention-frame.ts";
import { enable, vector } from "./storage.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/**
 * How a workgroup of `down` × `across` invocations cuts up scores and sums: an invocation has `rows` queries by four keys
 * of each block, and by every `across`th vec4 of the values. What it owns lies `down` or `across` apart, so that
 * neighbours read neighbouring banks.
 */
export interface AttentionTile {
  readonly rows: number;
  readonly down: number;
  readonly across: number;
  /** How the `across` invocations of a row find its maximum and total: by subgroup operations, or through memory. */
  readonly reduce: "subgroup" | "memory";
  /** Where queries are read from, once for each block of keys. */
  readonly queries: "memory" | "storage";
}

/** Keys of an invocation in each block: one vec4 of scores for each query. */
const KEYS = 4;

export const tileQueries = ({ rows, down }: AttentionTile) => rows * down;
export const tileKeys = ({ across }: AttentionTile) => KEYS * across;
export const tileInvocations = ({ down, across }: AttentionTile) => down * across;

/** vec4 of a head that an invocation sums for each of its queries. */
const columnsOf = ({ across }: AttentionTile, headSize: number) => Math.ceil(Math.ceil(headSize / 4) / across);
/** vec4 from one token to the next, and from one row of weights to the next; odd: other banks. */
const strideOf = (headSize: number) => Math.ceil(headSize / 4) | 1;
const weightStrideOf = ({ across }: AttentionTile) => across | 1;

/** Registers that an invocation keeps from block to block: sums, maxima and totals. */
export function tileRegisters(tile: AttentionTile, headSize: number): number {
  return tile.rows * (4 * columnsOf(tile, headSize) + 2);
}

/** Bytes of workgroup memory. */
export function tileBytes(tile: AttentionTile, headSize: number, precision: Precision): number {
  const queries = tileQueries(tile);
  const tokens = tileKeys(tile) + (tile.queries === "memory" ? queries : 0);
  const weights = 16 * queries * weightStrideOf(tile);
  const handed = tile.reduce === "memory" ? 4 * queries * tile.across : 0;
  return tokens * strideOf(headSize) * (precision === "f16" ? 8 : 16) + weights + handed;
}

/** `workgroup tiles 64×32`, `subgroups 64×32`: queries of a workgroup, keys of a block. */
export function tileName(tile: AttentionTile): string {
  const way = tile.reduce === "subgroup" ? "subgroups" : "workgroup tiles";
  return `${way} ${tileQueries(tile)}×${tileKeys(tile)}`;
}

/**
 * Attention with blocks of keys, then of values, in workgroup memory, as they are stored; scores, sums and statistics in
 * registers, weights (f32) handed round through workgroup memory. A row's total is summed over its invocations once, at
 * the end.
 *
 * With subgroup operations invocations of a row must lie in one subgroup, side by side: quads do for `across` = 4.
 */
export function attentionTile(params: AttentionParams, tile: AttentionTile): Kernel {
  const { tokens, headSize, precision } = params;
  const { rows, down, across } = tile;
  const [queries, keys, invocations] = [tileQueries(tile), tileKeys(tile), tileInvocations(tile)];
  const { blocks, row, declarations, begin, logit, base, kernel } = attentionFrame(params, queries);
  const [stride, weightStride, columns] = [strideOf(headSize), weightStrideOf(tile), columnsOf(tile, headSize)];
  const isShared = tile.queries === "memory";
  const bySubgroup = tile.reduce === "subgroup";
  const memory = vector(precision, 4);
  const rowOf = (i: number) => `(lane / ${across}u + ${i * down}u)`;
  const load = (array: string, part: "query" | "key" | "value", from: string, count: number) => {
    const items = count * blocks;
    return wgsl`
      for (var i = 0u; i < ${Math.ceil(items / invocations)}u; i++) {
        let item = i * ${invocations}u + lane;
        if (item < ${items}u) {
          let token = item / ${blocks}u;
          let c = item % ${blocks}u;
          ${array}[token * ${stride}u + c] = ${memory}(qkv4(${base(part, `${from} + token`)}, c));
        }
      }`;
  };
  const query = (i: number) => (isShared ? `vec4f(queries[${rowOf(i)} * ${stride}u + c])` : `qkv4(query${i}, c)`);
  const scoreOf = (i: number) => wgsl`
    let q${i} = ${query(i)};
    score${i} += vec4f(${Array.from({ length: KEYS }, (_, k) => `dot(q${i}, k${k})`).join(", ")});`;
  const keysOf = Array.from({ length: KEYS }, (_, k) => `firstKey + across + ${k * across}u`);
  const highestOf = (i: number) => wgsl`
    score${i} = select(vec4f(${NO_KEY}), ${logit(`score${i}`, `firstQuery + ${rowOf(i)}`, keysOf)}, isKey);
    let high${i} = max(max(score${i}.x, score${i}.y), max(score${i}.z, score${i}.w));
    ${bySubgroup ? `let blockHigh${i} = rowMax(high${i});` : hand(i, `high${i}`)}`;
  const weigh = (i: number) => wgsl`
    {
      let newHighest = max(highest${i}, ${bySubgroup ? `blockHigh${i}` : gather(i, "max")});
      let factor = exp2(highest${i} - newHighest);
      let e = exp2(score${i} - newHighest);
      weights[${rowOf(i)} * ${weightStride}u + across] = e;
      highest${i} = newHighest;
      total${i} = total${i} * factor + dot(e, vec4f(1.0));
      ${unroll(columns, (j) => `sum${i}_${j} *= factor;`)}
    }`;
  const addValues = (i: number) => wgsl`
    let e${i} = weights[${rowOf(i)} * ${weightStride}u + s];
    ${unroll(columns, (j) => `sum${i}_${j} += e${i}.x * v0_${j} + e${i}.y * v1_${j} + e${i}.z * v2_${j} + e${i}.w * v3_${j};`)}`;
  const store = (i: number) => wgsl`
    {
      let share = 1.0 / ${bySubgroup ? `rowSum(total${i})` : gather(i, "+")};
      let token = firstQuery + ${rowOf(i)};
      if (token < ${tokens}u) {
        let to = (firstToken + token) * ${row}u + headStart;
        ${unroll(columns, (j) => `if (across + ${j * across}u < ${blocks}u) { yStore4(to, column${j}, sum${i}_${j} * share); }`)}
      }
    }`;

  const code = wgsl`
    ${bySubgroup ? "enable subgroups;" : ""}
    ${enable(precision)}
    ${declarations}
    #if ${isShared}
    var<workgroup> queries: array<${memory}, ${queries * stride}>;
    #endif
    // Keys, then values.
    var<workgroup> block: array<${memory}, ${keys * stride}>;
    // Exponentials of the scores: element k of column s is that of key s + ${across} k.
    var<workgroup> weights: array<vec4f, ${queries * weightStride}>;
    #if ${bySubgroup}
    ${acrossRow("rowMax", (a, b) => `max(${a}, ${b})`)}
    ${acrossRow("rowSum", (a, b) => `${a} + ${b}`)}
    #else
    var<workgroup> handed: array<f32, ${queries * across}>;
    #endif

    @compute @workgroup_size(${invocations})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${begin}
      let across = lane % ${across}u;
      // Tokens past the last repeat it: as queries they are not stored, as keys their scores are replaced.
      ${isShared ? load("queries", "query", "firstQuery", queries) : unroll(rows, (i) => `let query${i} = ${base("query", `firstQuery + ${rowOf(i)}`)};`)}
      ${unroll(columns, (j) => `let column${j} = min(across + ${j * across}u, ${blocks - 1}u);`)}
      ${unroll(rows, (i) => unroll(columns, (j) => `var sum${i}_${j} = vec4f();`))}
      ${unroll(rows, (i) => `var highest${i} = ${LOWEST}; var total${i} = 0.0;`)}

      for (var firstKey = 0u; firstKey < ${tokens}u; firstKey += ${keys}u) {
        ${load("block", "key", "firstKey", keys)}
        workgroupBarrier();
        ${unroll(rows, (i) => `var score${i} = vec4f();`)}
        for (var c = 0u; c < ${blocks}u; c++) {
          ${unroll(KEYS, (k) => `let k${k} = vec4f(block[(across + ${k * across}u) * ${stride}u + c]);`)}
          ${unroll(rows, scoreOf)}
        }
        let isKey = firstKey + across + vec4u(${Array.from({ length: KEYS }, (_, k) => `${k * across}u`).join(", ")}) < vec4u(${tokens}u);
        ${unroll(rows, highestOf)}
        workgroupBarrier();

        ${load("block", "value", "firstKey", keys)}
        ${unroll(rows, weigh)}
        workgroupBarrier();

        for (var s = 0u; s < ${across}u; s++) {
          ${unroll(columns, (j) => unroll(KEYS, (k) => `let v${k}_${j} = vec4f(block[(s + ${k * across}u) * ${stride}u + column${j}]);`))}
          ${unroll(rows, addValues)}
        }
        workgroupBarrier();
      }

      #if ${!bySubgroup}
      ${unroll(rows, (i) => hand(i, `total${i}`))}
      workgroupBarrier();
      #endif
      ${unroll(rows, store)}
    }`;
  return kernel(code, tileName(tile));

  function hand(i: number, value: string): string {
    return `handed[${rowOf(i)} * ${across}u + across] = ${value};`;
  }

  /** What the invocations of a row have handed in, joined. */
  function gather(i: number, join: "max" | "+"): string {
    const values = Array.from({ length: across }, (_, s) => `handed[${rowOf(i)} * ${across}u + ${s}u]`);
    return join === "+" ? `(${values.join(" + ")})` : values.reduce((a, b) => `max(${a}, ${b})`);
  }

  /** A function that joins a number of each invocation of a row. */
  function acrossRow(name: string, join: (a: string, b: string) => string): string {
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
}
