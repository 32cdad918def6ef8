import type { Swinv2Config } from "../../src/model/backbones/swinv2-config.ts";
import { activation } from "./activation.ts";
import { attention } from "./attention.ts";
import { conv2d } from "./conv2d.ts";
import { cosineWindows } from "./cosine-windows.ts";
import { layerNorm } from "./layer-norm.ts";
import { matmul } from "./matmul.ts";
import { relativePositionBias } from "./relative-position-bias.ts";
import { windowTokens } from "./windows.ts";

/** Tensors of the checkpoint by their names without `backbone.`. */
export type Tensors = (name: string) => Float32Array;

/** A map, channels last. */
export interface ReferenceMap {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

/**
 * transformers' Swinv2Backbone in double precision, layer by layer as it has them; coordinates are not rounded.
 * @param pixels `[batch, C, height, width]`
 * @returns the embedding and what each stage makes before it is merged
 */
export function swinv2(
  tensors: Tensors,
  config: Swinv2Config,
  pixels: Float32Array,
  { batch, height, width }: Record<"batch" | "height" | "width", number>,
): ReferenceMap[] {
  const { channelsIn, patch, stages } = config;
  const first = stages[0]!.channels;
  const planes = Float64Array.from(pixels, (_, i) => {
    const [c, pixel, image] = [
      i % channelsIn,
      Math.floor(i / channelsIn) % (height * width),
      Math.floor(i / (channelsIn * height * width)),
    ];
    return pixels[(image * channelsIn + c) * height * width + pixel]!;
  });
  const embedded = conv2d(planes, tensors("embeddings.patch_embeddings.projection.weight"), {
    batch,
    height,
    width,
    channelsIn,
    channelsOut: first,
    size: patch,
    stride: patch,
    padding: { top: 0, left: 0, bottom: (patch - (height % patch)) % patch, right: (patch - (width % patch)) % patch },
  });
  const biased = add(embedded, tensors("embeddings.patch_embeddings.projection.bias"));
  let map = {
    height: Math.ceil(height / patch),
    width: Math.ceil(width / patch),
    values: norm(tensors, biased, "embeddings.norm", 1e-5),
  };
  const maps = [map];
  for (const [i, stage] of stages.entries()) {
    const path = `encoder.layers.${i}`;
    if (i > 0) map = merged(tensors, map, `encoder.layers.${i - 1}.downsample`, batch);
    for (let j = 0; j < stage.depth; j++) {
      const windows = {
        height: map.height,
        width: map.width,
        window: stage.window,
        shift: j % 2 === 1 ? stage.shift : 0,
      };
      map = {
        ...map,
        values: block(tensors, map.values, `${path}.blocks.${j}`, { ...config, ...stage, batch, windows }),
      };
    }
    maps.push(map);
  }
  return maps;
}

interface Block extends Swinv2Config {
  readonly batch: number;
  readonly channels: number;
  readonly heads: number;
  readonly window: number;
  readonly pretrainedWindow: number;
  readonly windows: Parameters<typeof windowTokens>[0];
}

function block(tensors: Tensors, x: Float64Array, path: string, config: Block): Float64Array {
  const { batch, channels, heads, windows, window, qkvBias, epsilon } = config;
  const own = `${path}.attention.self`;
  const zeros = new Float32Array(channels);
  const biases = ["query", "key", "value"].map((name) =>
    qkvBias && name !== "key" ? tensors(`${own}.${name}.bias`) : zeros,
  );
  const parts = ["query", "key", "value"].map((name, i) =>
    add(product(x, tensors(`${own}.${name}.weight`), channels), biases[i]!),
  );
  const rows = x.length / channels;
  const qkv = Float64Array.from({ length: 3 * x.length }, (_, at) => {
    const [row, column] = [Math.floor(at / (3 * channels)), at % (3 * channels)];
    return parts[Math.floor(column / channels)]![row * channels + (column % channels)]!;
  });
  const scale = tensors(`${own}.logit_scale`).map((logit) => Math.exp(Math.min(logit, Math.log(100))));
  const sizes = { ...windows, batch, heads, headSize: channels / heads };
  const cut = cosineWindows(
    qkv,
    scale,
    biases.flatMap((bias) => [...bias]),
    sizes,
  );
  const tokens = window * window;
  const bias = relativePositionBias(biasTable(tensors, own, config), undefined, {
    height: window,
    width: window,
    heads,
  });
  const seen = attention(
    cut,
    { batch: cut.length / (3 * channels * tokens), tokens, heads, headSize: channels / heads, scale: 1 },
    { bias, regions: windows.shift > 0 ? regions(windows) : undefined },
  );
  const places = windowTokens(windows);
  const back = new Float64Array(x.length);
  const perImage = rows / batch;
  for (let row = 0; row < seen.length / channels; row++) {
    const token = places[row % places.length]!;
    if (token < 0) continue;
    const to = (Math.floor(row / places.length) * perImage + token) * channels;
    back.set(seen.subarray(row * channels, (row + 1) * channels), to);
  }
  const projected = linear(tensors, back, `${path}.attention.output.dense`, channels);
  const attended = sum(x, norm(tensors, projected, `${path}.layernorm_before`, epsilon));
  const hidden = linear(tensors, attended, `${path}.intermediate.dense`, channels).map(activation[config.activation]);
  const down = linear(tensors, hidden, `${path}.output.dense`, hidden.length / rows);
  return sum(attended, norm(tensors, down, `${path}.layernorm_after`, epsilon));
}

/** 16 · sigmoid of the MLP of log-spaced coordinates, `[2M − 1, 2M − 1, heads]`. */
function biasTable(tensors: Tensors, own: string, { window, pretrainedWindow }: Block): Float64Array {
  const name = `${own}.continuous_position_bias_mlp`;
  const side = 2 * window - 1;
  const range = (pretrainedWindow > 0 ? pretrainedWindow : window) - 1;
  const coordinates = Float64Array.from({ length: 2 * side * side }, (_, at) => {
    const apart = (at % 2 === 0 ? Math.floor(at / 2 / side) : (at / 2 - 0.5) % side) - (window - 1);
    const delta = window > 1 ? (apart / range) * 8 : 0;
    return (Math.sign(delta) * Math.log2(Math.abs(delta) + 1)) / 3;
  });
  const hidden = add(product(coordinates, tensors(`${name}.0.weight`), 2), tensors(`${name}.0.bias`)).map((u) =>
    Math.max(u, 0),
  );
  const biases = product(hidden, tensors(`${name}.2.weight`), 512);
  return biases.map((b) => 16 / (1 + Math.exp(-b)));
}

/** Slices of the map with its zeros, after it was rolled. */
function regions({ height, width, window, shift }: Block["windows"]): number[] {
  const [tall, wide] = [height, width].map((size) => size + ((window - (size % window)) % window)) as [number, number];
  const slices = (size: number) =>
    [
      [0, size - window],
      [size - window, size - shift],
      [size - shift, size],
    ] as const;
  const ids: number[][] = Array.from({ length: tall }, () => []);
  let count = 0;
  for (const [top, bottom] of slices(tall)) {
    for (const [left, right] of slices(wide)) {
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) ids[y]![x] = count;
      count++;
    }
  }
  return windowTokens({ height: tall, width: wide, window, shift: 0 }).map(
    (token) => ids[Math.floor(token / wide)]![token % wide]!,
  );
}

/** Four neighbours side by side, column by column, a Linear, a norm; odd sides are filled up. */
function merged(tensors: Tensors, { height, width, values }: ReferenceMap, path: string, batch: number): ReferenceMap {
  const channels = values.length / (batch * height * width);
  const [down, across] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const neighbours = new Float64Array(batch * down * across * 4 * channels);
  let at = 0;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        for (const [dy, dx] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const) {
          const [row, column] = [2 * y + dy, 2 * x + dx];
          for (let c = 0; c < channels; c++, at++) {
            if (row < height && column < width)
              neighbours[at] = values[((n * height + row) * width + column) * channels + c]!;
          }
        }
      }
    }
  }
  const reduced = product(neighbours, tensors(`${path}.reduction.weight`), 4 * channels);
  return { height: down, width: across, values: norm(tensors, reduced, `${path}.norm`, 1e-5) };
}

function product(x: Float64Array, weight: Float32Array, channelsIn: number): Float64Array {
  const sizes = { batch: 1, rows: x.length / channelsIn, channelsIn, channelsOut: weight.length / channelsIn };
  return matmul(x, weight, sizes);
}

function linear(tensors: Tensors, x: Float64Array, path: string, channelsIn: number): Float64Array {
  return add(product(x, tensors(`${path}.weight`), channelsIn), tensors(`${path}.bias`));
}

function norm(tensors: Tensors, x: Float64Array, path: string, epsilon: number): Float64Array {
  return layerNorm(x, tensors(`${path}.weight`), tensors(`${path}.bias`), epsilon);
}

function add(x: Float64Array, bias: Float32Array): Float64Array {
  return x.map((value, i) => value + bias[i % bias.length]!);
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]!);
}
