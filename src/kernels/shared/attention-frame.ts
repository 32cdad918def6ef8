import type { Kernel } from "../../runtime/kernel.ts";
import type { Precision, TensorSpec } from "../../runtime/tensor.ts";
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
  /** What the scores are multiplied by: 1 / √d. */
  readonly scale: number;
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
  /** The bindings, `qkv4(base, c)` and `yStore4(base, c, value)`. */
  readonly declarations: string;
  /** Statements that declare `firstQuery`, `firstToken` (of the image) and `headStart`. */
  readonly begin: string;
  /** Expression: where a vector of a token of the image starts; behind the last token it is that of the last. */
  readonly base: (part: Part, token: string) => string;
  readonly kernel: (code: string, path: string) => Kernel;
}

/** The lowest score: below all that occur, and finite, so that the difference of two of them is 0 and not NaN. */
export const LOWEST = "-3.0e38";

/** The frame of attention whose workgroups take `queries` queries of one head each. */
export function attentionFrame(params: AttentionParams, queries: number): AttentionFrame {
  const { batch, tokens, heads, headSize, precision } = params;
  const qkv: TensorSpec = { shape: [batch, tokens, 3 * heads * headSize], dtype: precision };
  const output: TensorSpec = { shape: [batch, tokens, heads * headSize], dtype: precision };
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
      ${storage(1, "read_write", "y", output, width)}
      ${loadChannels("qkv", headSize)}
      ${storeChannels("y", headSize, precision)}`,
    begin: wgsl`
      ${index}
      let firstQuery = group % ${tiles}u * ${queries}u;
      let slice = group / ${tiles}u;
      let firstToken = slice / ${heads}u * ${tokens}u;
      let headStart = slice % ${heads}u * ${head}u;`,
    base: (part, token) => {
      const above = PARTS.indexOf(part) * row;
      return `(firstToken + min(${token}, ${tokens - 1}u)) * ${3 * row}u + headStart${above > 0 ? ` + ${above}u` : ""}`;
    },
    kernel: (code, path) => ({
      label: `attention [${batch}, ${tokens}, ${heads}×${headSize}]`,
      path,
      inputs: [qkv],
      output,
      code,
      workgroups,
      flops: 4 * batch * heads * tokens * tokens * headSize,
    }),
  };
}
