import { type AttentionFrame, type AttentionParams, LOWEST, NO_KEY, type Part } from "./attention-frame.ts";
import { type AttentionTileLayout, TILE_KEYS } from "./attention-tile-layout.ts";
import { vector } from "./storage.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/** What the steps are written from. */
export type TileText = AttentionTileLayout & AttentionFrame & Pick<AttentionParams, "tokens" | "precision">;

const rowOf = ({ across, down }: TileText, i: number) => `(lane / ${across}u + ${i * down}u)`;
const ofKeys = (text: (k: number) => string) => Array.from({ length: TILE_KEYS }, (_, k) => text(k)).join(", ");

/** Statements that load `count` vectors of the head, from token `from` on, into the memory `array`. */
export function loadTokens(
  text: TileText,
  array: "queries" | "block",
  part: Part,
  from: string,
  count: number,
): string {
  const { blocks, base, precision, invocations, stride } = text;
  const items = count * blocks;
  return wgsl`
    for (var i = 0u; i < ${Math.ceil(items / invocations)}u; i++) {
      let item = i * ${invocations}u + lane;
      if (item < ${items}u) {
        let token = item / ${blocks}u;
        let c = item % ${blocks}u;
        ${array}[token * ${stride}u + c] = ${vector(precision, 4)}(qkv4(${base(part, `${from} + token`)}, c));
      }
    }`;
}

/** Statements that find the invocation's queries and columns and begin its sums, maxima and totals: O = 0, m, l = 0. */
export function beginSums(text: TileText): string {
  const { blocks, base, rows, across, columns, queries, keepsQueries } = text;
  const query = (i: number) => `let query${i} = ${base("query", `firstQuery + ${rowOf(text, i)}`)};`;
  return wgsl`
    ${keepsQueries ? loadTokens(text, "queries", "query", "firstQuery", queries) : unroll(rows, query)}
    ${unroll(columns, (j) => `let column${j} = min(across + ${j * across}u, ${blocks - 1}u);`)}
    ${unroll(rows, (i) => unroll(columns, (j) => `var sum${i}_${j} = vec4f();`))}
    ${unroll(rows, (i) => `var highest${i} = ${LOWEST}; var total${i} = 0.0;`)}`;
}

/** Statements that multiply the invocation's queries by its keys of the block, and join the highest of each row: S = Q Kᵀ. */
export function score(text: TileText): string {
  const { tokens, blocks, logit, rows, across, stride, keepsQueries, bySubgroup } = text;
  const multiply = (i: number) => wgsl`
    let q${i} = ${keepsQueries ? `vec4f(queries[${rowOf(text, i)} * ${stride}u + c])` : `qkv4(query${i}, c)`};
    score${i} += vec4f(${ofKeys((k) => `dot(q${i}, k${k})`)});`;
  const keys = Array.from({ length: TILE_KEYS }, (_, k) => `firstKey + across + ${k * across}u`);
  const findHighest = (i: number) => wgsl`
    score${i} = select(vec4f(${NO_KEY}), ${logit(`score${i}`, `firstQuery + ${rowOf(text, i)}`, keys)}, isKey);
    let high${i} = max(max(score${i}.x, score${i}.y), max(score${i}.z, score${i}.w));
    ${bySubgroup ? `let blockHigh${i} = rowMax(high${i});` : hand(text, i, `high${i}`)}`;
  return wgsl`
    ${unroll(rows, (i) => `var score${i} = vec4f();`)}
    for (var c = 0u; c < ${blocks}u; c++) {
      ${unroll(TILE_KEYS, (k) => `let k${k} = vec4f(block[(across + ${k * across}u) * ${stride}u + c]);`)}
      ${unroll(rows, multiply)}
    }
    let isKey = firstKey + across + vec4u(${ofKeys((k) => `${k * across}u`)}) < vec4u(${tokens}u);
    ${unroll(rows, findHighest)}`;
}

/** Statements that make weights of the scores, P = exp2(S − m), and rescale sums and totals to the new maximum m. */
export function weigh(text: TileText): string {
  const { rows, columns, weightStride, bySubgroup } = text;
  return unroll(
    rows,
    (i) => wgsl`
      {
        let newHighest = max(highest${i}, ${bySubgroup ? `blockHigh${i}` : gather(text, i, "max")});
        let factor = exp2(highest${i} - newHighest);
        let e = exp2(score${i} - newHighest);
        weights[${rowOf(text, i)} * ${weightStride}u + across] = e;
        highest${i} = newHighest;
        total${i} = total${i} * factor + dot(e, vec4f(1.0));
        ${unroll(columns, (j) => `sum${i}_${j} *= factor;`)}
      }`,
  );
}

/** Statements that add the block's values, weighed, to the invocation's sums: O = O + P V. */
export function addValues(text: TileText): string {
  const { rows, across, columns, stride, weightStride } = text;
  const value = (k: number, j: number) =>
    `let v${k}_${j} = vec4f(block[(s + ${k * across}u) * ${stride}u + column${j}]);`;
  const add = (i: number) => wgsl`
    let e${i} = weights[${rowOf(text, i)} * ${weightStride}u + s];
    ${unroll(columns, (j) => `sum${i}_${j} += e${i}.x * v0_${j} + e${i}.y * v1_${j} + e${i}.z * v2_${j} + e${i}.w * v3_${j};`)}`;
  return wgsl`
    for (var s = 0u; s < ${across}u; s++) {
      ${unroll(columns, (j) => unroll(TILE_KEYS, (k) => value(k, j)))}
      ${unroll(rows, add)}
    }`;
}

/** Statements that store what the sums come to: O / l. */
export function storeSums(text: TileText): string {
  const { tokens, blocks, row, rows, across, columns, bySubgroup } = text;
  const store = (i: number) => wgsl`
    {
      let share = 1.0 / ${bySubgroup ? `rowSum(total${i})` : gather(text, i, "+")};
      let token = firstQuery + ${rowOf(text, i)};
      if (token < ${tokens}u) {
        let to = (firstToken + token) * ${row}u + headStart;
        ${unroll(columns, (j) => `if (across + ${j * across}u < ${blocks}u) { yStore4(to, column${j}, sum${i}_${j} * share); }`)}
      }
    }`;
  return wgsl`
    #if ${!bySubgroup}
    ${unroll(rows, (i) => hand(text, i, `total${i}`))}
    workgroupBarrier();
    #endif
    ${unroll(rows, store)}`;
}

function hand(text: TileText, i: number, value: string): string {
  return `handed[${rowOf(text, i)} * ${text.across}u + across] = ${value};`;
}

/** What the invocations of a row have handed in, joined. */
function gather(text: TileText, i: number, join: "max" | "+"): string {
  const { across } = text;
  const values = Array.from({ length: across }, (_, s) => `handed[${rowOf(text, i)} * ${across}u + ${s}u]`);
  return join === "+" ? `(${values.join(" + ")})` : values.reduce((a, b) => `max(${a}, ${b})`);
}
