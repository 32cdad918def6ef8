import type { Kernel } from "../../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../../runtime/graph/tensor.ts";
import { loadChannels } from "./channels.ts";
import { grid } from "./grid.ts";
import { lanes, storage } from "./storage.ts";
import { storeChannels } from "./store-channels.ts";
import { wgsl } from "./wgsl.ts";

export interface AttentionParams {
  readonly batch: number;
  /** T: any number. */
  readonly tokens: number;
  readonly heads: number;
  /** d: any number; a multiple of 4 is fast. */
  readonly headSize: number;
  /** What the products of queries and keys are multiplied by: 1 / √d, or 1 where they are scaled already. */
  readonly scale: number;
  /** Whether a bias `[heads, T, T]` is added to the scores of every image. */
  readonly bias?: boolean;
  /**
   * B': rows of a table `[B', T]` that says in which region a token lies; image n has row n mod B'. The score of two
   * tokens of different regions is lowered by 200: the mask of shifted windows (Liu et al., arXiv:2103.14030, 3.2).
   */
  readonly regions?: number | undefined;
  readonly precision: Precision;
}

/** Which of a token's three vectors. */
export type Part = "query" | "key" | "value";

const PARTS: readonly Part[] = ["query", "key", "value"];

/** What all ways to attend share, as WGSL text and as the value around it. */
export interface AttentionFrame {
  /** vec4 of a head's vector; the last is filled up with zeros. */
  readonly blocks: number;
  /** Units of `yStore4` from one token of the output to the next. */
  readonly row: number;
  /** The bindings, `qkv4(base, c)`, `yStore4(base, c, value)`, and `added(…)`: what is added to a score, times log2(e). */
  readonly declarations: string;
  /** Statements that declare `firstQuery`, `firstToken` (of the image) and `headStart`. */
  readonly begin: string;
  /**
   * Expression: `score`, a product of a query and one key (f32) or four (vec4f), scaled, with bias and mask, times log2(e).
   * Tokens behind the last count for it.
   */
  readonly logit: (score: string, query: string, keys: readonly string[]) => string;
  /** Expression: where a vector of a token of the image starts; behind the last token it is that of the last. */
  readonly base: (part: Part, token: string) => string;
  readonly kernel: (code: string, path: string) => Kernel;
}

/**
 * Below all scores that occur, and where the search for the highest begins. Finite, so that the difference of two of them is
 * 0 and not NaN.
 */
export const LOWEST = "-1.0e38";

/**
 * In place of the scores of keys that there are not. So far below {@link LOWEST} that they weigh nothing even where all
 * scores are minus infinity: then nothing weighs anything, and the answer is NaN.
 */
export const NO_KEY = "-3.0e38";

/**
 * What is added to a score of two tokens of different regions: transformers' Swinv2SelfAttention adds its mask of −100 twice.
 * Where cosines are multiplied by 100, once would not do.
 */
const APART = "-200.0";

/** The frame of attention whose workgroups take `queries` queries of one head each. */
export function attentionFrame(params: AttentionParams, queries: number): AttentionFrame {
  const { batch, tokens, heads, headSize, scale, bias: hasBias = false, regions, precision } = params;
  const hasRegions = regions !== undefined;
  const qkv: TensorSpec = { shape: [batch, tokens, 3 * heads * headSize], dtype: precision };
  const output: TensorSpec = { shape: [batch, tokens, heads * headSize], dtype: precision };
  const bias: TensorSpec = { shape: [heads, tokens, tokens], dtype: precision };
  const region: TensorSpec = { shape: [regions ?? 1, tokens], dtype: "u32" };
  const inputs = [qkv, ...(hasBias ? [bias] : []), ...(hasRegions ? [region] : [])];
  const width = lanes(headSize);
  const head = headSize / width;
  const row = heads * head;
  const tiles = Math.ceil(tokens / queries);
  const { workgroups, index } = grid(batch * heads * tiles);
  return {
    blocks: Math.ceil(headSize / 4),
    row,
    declarations: wgsl`
      ${storage(0, "read", "qkv", qkv, width)}
      #if ${hasBias}
      ${storage(1, "read", "bias", bias, 1)}
      #endif
      #if ${hasRegions}
      ${storage(inputs.length - 1, "read", "region", region, 1)}
      #endif
      ${storage(inputs.length, "read_write", "y", output, width)}
      ${loadChannels("qkv", headSize)}
      ${storeChannels("y", headSize, precision)}
      #if ${hasBias || hasRegions}
      fn added(biasStart: u32, regionStart: u32, query: u32, key: u32) -> f32 {
        let i = min(query, ${tokens - 1}u);
        let j = min(key, ${tokens - 1}u);
        var sum = 0.0;
        #if ${hasBias}
        sum += f32(bias[biasStart + i * ${tokens}u + j]);
        #endif
        #if ${hasRegions}
        sum += select(0.0, ${APART}, region[regionStart + i] != region[regionStart + j]);
        #endif
        return sum * ${Math.LOG2E};
      }
      #endif`,
    begin: wgsl`
      ${index}
      let firstQuery = group % ${tiles}u * ${queries}u;
      let slice = group / ${tiles}u;
      let firstToken = slice / ${heads}u * ${tokens}u;
      let headStart = slice % ${heads}u * ${head}u;
      #if ${hasBias || hasRegions}
      let biasStart = slice % ${heads}u * ${tokens * tokens}u;
      let regionStart = slice / ${heads}u % ${regions ?? 1}u * ${tokens}u;
      #endif`,
    logit: (score, query, keys) => {
      const scaled = `${score} * ${scale * Math.LOG2E}`;
      if (!hasBias && !hasRegions) return scaled;
      const added = keys.map((key) => `added(biasStart, regionStart, ${query}, ${key})`);
      return `${scaled} + ${added.length === 1 ? added[0] : `vec4f(${added.join(", ")})`}`;
    },
    base: (part, token) => {
      const above = PARTS.indexOf(part) * row;
      return `(firstToken + min(${token}, ${tokens - 1}u)) * ${3 * row}u + headStart${above > 0 ? ` + ${above}u` : ""}`;
    },
    kernel: (code, path) => ({
      label: `attention [${batch}, ${tokens}, ${heads}×${headSize}]${hasBias ? " + bias" : ""}${hasRegions ? " in regions" : ""}`,
      path,
      inputs,
      output,
      code,
      workgroups,
      flops: batch * heads * tokens * tokens * (4 * headSize + inputs.length - 1),
    }),
  };
}
