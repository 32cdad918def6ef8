import type { HybridConfig } from "../../src/model/backbones/hybrid-config.ts";
import { attention } from "./attention.ts";
import { bit, type ReferenceMap } from "./bit.ts";
import { channelsLast } from "./channels-last.ts";
import { epilogue } from "./epilogue.ts";
import { layerNorm } from "./layer-norm.ts";
import { matmul } from "./matmul.ts";
import { prependClassToken } from "./prepend-class-token.ts";
import { resize } from "./resize.ts";

type Numbers = ArrayLike<number>;

/**
 * transformers' DPTModel with `is_hybrid` in double precision: two maps `[N, H, W, C]`, then tokens `[N, 1 + h · w, D]`
 * after two of the blocks, from pixels `[N, 3, H, W]` and the tensors of a checkpoint by the names they have under `dpt`.
 */
export function hybrid(
  pixels: Numbers,
  tensor: (name: string) => Numbers,
  config: HybridConfig,
  { batch, height, width }: { readonly batch: number; readonly height: number; readonly width: number },
): Numbers[] {
  const { hiddenSize: d, grid: g, heads, intermediateSize, activation, epsilon, qkvBias } = config;
  const image = channelsLast(pixels, [batch, 3, height, width], 3);
  const backbone = (name: string) => tensor(`embeddings.backbone.bit.${name}`);
  const [first, second, third] = bit({ data: image, batch, height, width, channels: 3 }, backbone, config.bit) as [
    ReferenceMap,
    ReferenceMap,
    ReferenceMap,
  ];
  const grid = [third.height, third.width] as const;
  const tokens = 1 + grid[0] * grid[1];
  const linear = (x: Numbers, name: string, channelsIn: number, channelsOut: number, bias = true) => {
    const rows = x.length / channelsIn;
    const sums = matmul(x, tensor(`${name}.weight`), { batch: 1, rows, channelsIn, channelsOut });
    return bias ? epilogue(sums, channelsOut, { bias: tensor(`${name}.bias`) }) : sums;
  };
  const norm = (x: Numbers, name: string) => layerNorm(x, tensor(`${name}.weight`), tensor(`${name}.bias`), epsilon);

  const table = Array.from(tensor("embeddings.position_embeddings"));
  const classToken = Array.from(tensor("embeddings.cls_token"), (value, c) => value + table[c]!);
  const positions = resize(table.slice(d), [g, g, d], grid, { mode: "bilinear", alignCorners: false });
  const patches = linear(third.data, "embeddings.projection", third.channels, d);
  let z = prependClassToken(patches, classToken, positions, d);
  const taps: Float64Array[] = [];
  for (let layer = 0; layer <= config.taps.at(-1)!; layer++) {
    const path = `encoder.layer.${layer}`;
    const normed = norm(z, `${path}.layernorm_before`);
    const parts = ["query", "key", "value"].map((name) =>
      linear(normed, `${path}.attention.attention.${name}`, d, d, qkvBias),
    );
    const qkv = Float64Array.from({ length: batch * tokens * 3 * d }, (_, i) => {
      const [row, column] = [Math.floor(i / (3 * d)), i % (3 * d)];
      return parts[Math.floor(column / d)]![row * d + (column % d)]!;
    });
    const sizes = { batch, tokens, heads, headSize: d / heads, scale: (d / heads) ** -0.5 };
    const attended = linear(attention(qkv, sizes), `${path}.attention.output.dense`, d, d).map((v, i) => v + z[i]!);
    const up = linear(norm(attended, `${path}.layernorm_after`), `${path}.intermediate.dense`, d, intermediateSize);
    const hidden = epilogue(up, intermediateSize, { activation });
    z = linear(hidden, `${path}.output.dense`, intermediateSize, d).map((v, i) => v + attended[i]!);
    if (config.taps.includes(layer)) taps.push(z);
  }
  return [first.data, second.data, ...taps];
}
