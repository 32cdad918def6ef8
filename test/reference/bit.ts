import type { BitConfig } from "../../src/model/backbones/bit-config.ts";
import { activation as activations } from "./activation.ts";
import { conv2d, type Sides } from "./conv2d.ts";
import { groupNorm } from "./group-norm.ts";
import { maxPool2d } from "./max-pool2d.ts";

type Numbers = ArrayLike<number>;

/** `[N, H, W, C]`. */
export interface ReferenceMap {
  readonly data: Numbers;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * transformers' BitBackbone in double precision: the maps after each stage, from pixels with their channels last and the
 * tensors of a checkpoint by the names they have under `bit`.
 */
export function bit(pixels: ReferenceMap, tensor: (name: string) => Numbers, config: BitConfig): ReferenceMap[] {
  const { groups, preactivation } = config;
  const act = (x: ReferenceMap) => ({ ...x, data: Float64Array.from(x.data, activations[config.activation]) });
  const norm = (x: ReferenceMap, name: string) => {
    const sizes = [x.batch, x.height * x.width, x.channels] as const;
    const data = groupNorm(x.data, sizes, groups, tensor(`${name}.weight`), tensor(`${name}.bias`), 1e-5);
    return { ...x, data };
  };
  const conv = (x: ReferenceMap, name: string, size: number, stride = 1): ReferenceMap => {
    const stored = tensor(`${name}.weight`);
    const channelsOut = stored.length / (x.channels * size * size);
    const padding = same(x, size, stride);
    const data = conv2d(x.data, standardized(stored, channelsOut), {
      ...x,
      channelsIn: x.channels,
      channelsOut,
      size,
      stride,
      padding,
    });
    return { ...moved(x, size, stride, padding), channels: channelsOut, data };
  };
  const add = (x: ReferenceMap, y: ReferenceMap) => ({
    ...x,
    data: Float64Array.from(x.data, (v, i) => v + y.data[i]!),
  });

  const bottlenecked = (x: ReferenceMap, path: string, stride: number, isFirst: boolean) => {
    const shortcut = isFirst ? norm(conv(x, `${path}.downsample.conv`, 1, stride), `${path}.downsample.norm`) : x;
    const narrow = act(norm(conv(x, `${path}.conv1`, 1), `${path}.norm1`));
    const hidden = act(norm(conv(narrow, `${path}.conv2`, 3, stride), `${path}.norm2`));
    return act(add(norm(conv(hidden, `${path}.conv3`, 1), `${path}.norm3`), shortcut));
  };
  const preactivated = (x: ReferenceMap, path: string, stride: number, isFirst: boolean) => {
    const z = act(norm(x, `${path}.norm1`));
    const shortcut = isFirst ? conv(z, `${path}.downsample.conv`, 1, stride) : x;
    const narrow = act(norm(conv(z, `${path}.conv1`, 1), `${path}.norm2`));
    const hidden = act(norm(conv(narrow, `${path}.conv2`, 3, stride), `${path}.norm3`));
    return add(conv(hidden, `${path}.conv3`, 1), shortcut);
  };

  const embedded = conv(pixels, "embedder.convolution", 7, 2);
  const normed = preactivation ? embedded : act(norm(embedded, "embedder.norm"));
  const zeros = config.paddedPool ? same(normed, 3, 2) : { top: 0, bottom: 0, left: 0, right: 0 };
  const pooled = maxPool2d(normed.data, { ...normed, size: 3, stride: 2, padding: zeros });
  let x: ReferenceMap = { ...moved(normed, 3, 2, zeros), data: pooled };
  return config.stages.map(({ depth }, i) => {
    for (let j = 0; j < depth; j++) {
      const stride = i > 0 && j === 0 ? 2 : 1;
      x = (preactivation ? preactivated : bottlenecked)(x, `encoder.stages.${i}.layers.${j}`, stride, j === 0);
    }
    return x;
  });
}

/** As many zeros as make ⌈size / stride⌉ of an axis, the odd one at the end. */
function same({ height, width }: ReferenceMap, size: number, stride: number): Sides {
  const zeros = (side: number) => Math.max(0, (Math.ceil(side / stride) - 1) * stride + size - side);
  const [down, across] = [zeros(height), zeros(width)];
  return {
    top: Math.floor(down / 2),
    bottom: Math.ceil(down / 2),
    left: Math.floor(across / 2),
    right: Math.ceil(across / 2),
  };
}

function moved(x: ReferenceMap, size: number, stride: number, { top, bottom, left, right }: Sides): ReferenceMap {
  const height = Math.floor((x.height + top + bottom - size) / stride) + 1;
  return { ...x, height, width: Math.floor((x.width + left + right - size) / stride) + 1 };
}

function standardized(weight: Numbers, rows: number): Float64Array {
  const length = weight.length / rows;
  const all = Float64Array.from(weight);
  for (let first = 0; first < all.length; first += length) {
    const row = all.slice(first, first + length);
    const mean = row.reduce((sum, w) => sum + w) / length;
    const variance = row.reduce((sum, w) => sum + (w - mean) ** 2, 0) / length;
    for (let i = 0; i < length; i++) all[first + i] = (row[i]! - mean) / Math.sqrt(variance + 1e-8);
  }
  return all;
}
