import type { BeitConfig } from "../../src/model/backbones/beit-config.ts";
import { attention } from "./attention.ts";
import { epilogue } from "./epilogue.ts";
import { layerNorm } from "./layer-norm.ts";
import { matmul } from "./matmul.ts";
import { patchOffsets, patchProducts } from "./patch-embed.ts";
import { relativePositionBias } from "./relative-position-bias.ts";
import { resize } from "./resize.ts";

type Numbers = ArrayLike<number>;

interface Picture {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/**
 * BeitBackbone in double precision: tokens `[N, 1 + h · w, D]` after each block, from pixels `[N, 3, H, W]` and the tensors
 * of a checkpoint by the names they have under `backbone`.
 */
export function beit(
  pixels: Numbers,
  tensor: (name: string) => Numbers,
  config: BeitConfig,
  picture: Picture,
): Float64Array[] {
  const { heads, hiddenSize: d, epsilon, intermediateSize, activation } = config;
  const grid = {
    height: Math.floor(picture.height / config.patch),
    width: Math.floor(picture.width / config.patch),
  };
  const tokens = 1 + grid.height * grid.width;
  const rows = picture.batch * tokens;
  const linear = (x: Numbers, name: string, channelsIn: number, channelsOut: number, { bias = true } = {}) => {
    const sums = matmul(x, tensor(`${name}.weight`), { batch: 1, rows, channelsIn, channelsOut });
    return bias ? epilogue(sums, channelsOut, { bias: tensor(`${name}.bias`) }) : sums;
  };
  const norm = (x: Numbers, name: string) => layerNorm(x, tensor(`${name}.weight`), tensor(`${name}.bias`), epsilon);
  const branch = (x: Float64Array, z: Numbers, lambda: string) => {
    const scale = config.layerScale ? tensor(lambda) : undefined;
    return x.map((value, i) => value * (scale?.[i % d] ?? 1) + z[i]!);
  };

  let z = embed(pixels, tensor, config, picture, grid);
  return Array.from({ length: config.layers }, (_, layer) => {
    const path = `encoder.layer.${layer}`;
    const own = `${path}.attention.attention`;
    const tables = [
      ...(config.relativeBias ? [`${own}.relative_position_bias`] : []),
      ...(config.sharedRelativeBias ? ["encoder.relative_position_bias"] : []),
    ].map((name) => resizedBias(tensor(`${name}.relative_position_bias_table`), config, grid));
    const bias = tables.length > 0 ? tables[0]!.map((_, i) => tables.reduce((s, t) => s + t[i]!, 0)) : undefined;

    const normed = norm(z, `${path}.layernorm_before`);
    const parts = [
      linear(normed, `${own}.query`, d, d),
      linear(normed, `${own}.key`, d, d, { bias: false }),
      linear(normed, `${own}.value`, d, d),
    ];
    const qkv = Float64Array.from({ length: rows * 3 * d }, (_, i) => {
      const [row, column] = [Math.floor(i / (3 * d)), i % (3 * d)];
      return parts[Math.floor(column / d)]![row * d + (column % d)]!;
    });
    const sizes = { batch: picture.batch, tokens, heads, headSize: d / heads, scale: (d / heads) ** -0.5 };
    const mixed = linear(attention(qkv, sizes, { bias }), `${path}.attention.output.dense`, d, d);
    const middle = branch(mixed, z, `${path}.lambda_1`);
    const up = linear(norm(middle, `${path}.layernorm_after`), `${path}.intermediate.dense`, d, intermediateSize);
    const hidden = epilogue(up, intermediateSize, { activation });
    z = branch(linear(hidden, `${path}.output.dense`, intermediateSize, d), middle, `${path}.lambda_2`);
    return z;
  });
}

function embed(
  pixels: Numbers,
  tensor: (name: string) => Numbers,
  config: BeitConfig,
  { batch, height, width }: Picture,
  grid: { height: number; width: number },
): Float64Array {
  const { channelsIn, patch, hiddenSize: d, grid: g } = config;
  const sizes = { batch, channelsIn, height, width, patch, channelsOut: d };
  const projection = "embeddings.patch_embeddings.projection";
  const table = config.positions ? Array.from(tensor("embeddings.position_embeddings")) : undefined;
  const classToken = Array.from(tensor("embeddings.cls_token"), (value, c) => value + (table?.[c] ?? 0));
  const positions = table
    ? resize(table.slice(d), [g, g, d], [grid.height, grid.width], { mode: "bicubic", alignCorners: false })
    : new Float64Array(grid.height * grid.width * d);
  const offsets = patchOffsets(tensor(`${projection}.bias`), classToken, positions, sizes);
  return patchProducts(pixels, tensor(`${projection}.weight`), sizes).map((product, i) => product + offsets[i]!);
}

/** A table of the trained grid for another one, as a bias `[heads, T, T]`: the class token's three rows stay as they are. */
function resizedBias(
  table: Numbers,
  { grid: g, heads }: BeitConfig,
  { height, width }: { height: number; width: number },
): Float64Array {
  const side = 2 * g - 1;
  const all = Array.from(table);
  const to = [2 * height - 1, 2 * width - 1] as const;
  const patches = all.slice(0, side * side * heads);
  const resized = resize(patches, [side, side, heads], to, { mode: "bilinear", alignCorners: false });
  return relativePositionBias(resized, all.slice(side * side * heads), { height, width, heads });
}
