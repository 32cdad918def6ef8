import type { Kernel } from "../runtime/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { epilogueDeclarations, epilogueInputs, epilogueStore } from "./shared/epilogue.ts";
import { multipleOf4, packedShape } from "./shared/pack.ts";
import { chooseTile, registerTile } from "./shared/register-tile.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface ConvTranspose2dParams {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** Window and stride at once: every output pixel has exactly one input pixel. */
  readonly size: number;
  readonly precision: Precision;
}

/**
 * `y[b, s·i + u, s·j + v] = x[b, i, j] · W[u, v] + bias`: torch.nn.ConvTranspose2d whose stride is its window, a matrix
 * product with `s²` matrices side by side and a scattered store.
 *
 * x `[N, H, W, C]`, weight `[C, s · s · O]` as `packConvTranspose2d` makes it, bias `[s · s · O]` repeated for each tap,
 * y `[N, s · H, s · W, O]`.
 */
export function convTranspose2d(params: ConvTranspose2dParams): Kernel {
  const { batch, height, width, channelsIn, channelsOut, size, precision } = params;
  const rows = height * width;
  const m = batch * rows;
  const n = size * size * channelsOut;
  const x: TensorSpec = { shape: [batch, height, width, channelsIn], dtype: precision };
  const weight: TensorSpec = { shape: packedShape(1, channelsIn, n), dtype: precision };
  const output: TensorSpec = { shape: [batch, size * height, size * width, channelsOut], dtype: precision };
  const line = `(m / ${width}u * ${size}u + n / ${size * channelsOut}u)`;
  const column = `(m % ${width}u * ${size}u + n / ${channelsOut}u % ${size}u)`;
  const place = `(${line} * ${size * width}u + ${column}) * ${channelsOut}u + n % ${channelsOut}u`;
  const stored = { batch, rows, channels: n, precision, output, place, run: channelsOut };
  const epilogue = { bias: "channel" } as const;
  const stride = rowStride(channelsIn);
  const { main, workgroups } = registerTile({
    m,
    n: multipleOf4(n),
    steps: 1,
    depth: multipleOf4(channelsIn) / 4,
    tile: chooseTile(m, multipleOf4(n)),
    prepareRow: (i) => `let base${i} = m${i} * ${stride}u;`,
    load: (i) => `x4(base${i}, c)`,
    store: epilogueStore(epilogue, stored),
  });
  return {
    label: `convTranspose2d [${x.shape}] ${size}×${size}/${size} → ${channelsOut}`,
    inputs: [x, weight, ...epilogueInputs(epilogue, stored)],
    output,
    workgroups,
    flops: 2 * m * n * channelsIn,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, lanes(channelsIn))}
      ${storage(1, "read", "weight", weight, 4)}
      ${epilogueDeclarations(epilogue, stored, 2)}
      ${loadChannels("x", channelsIn)}
      ${main}`,
  };
}
