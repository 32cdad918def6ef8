import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { epilogueDeclarations, epilogueStore } from "./shared/epilogue.ts";
import { loadWeight } from "./shared/load-weight.ts";
import { multipleOf4, packedShape } from "./shared/pack.ts";
import { chooseTile, registerTile } from "./shared/register-tile.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface PatchEmbedParams {
  readonly batch: number;
  /** Channels of the picture: 3. */
  readonly channelsIn: number;
  /** Size of the picture; what is left over beyond whole patches is not read. */
  readonly height: number;
  readonly width: number;
  /** Patches are `patch × patch` pixels. */
  readonly patch: number;
  /** D. */
  readonly channelsOut: number;
  /** Whether positions are added; true if left out. */
  readonly positions?: boolean;
  /** R, tokens before the patches: 1, the class token, if left out. */
  readonly leading?: number;
  readonly precision: Precision;
  /** Of the weight, if not `precision`. */
  readonly weightPrecision?: Precision | undefined;
}

/**
 * Equation 1 of the ViT paper, `[x_class; x₁E; x₂E; …] + E_pos`: a class token, registers if there are any, and one token
 * for each patch of the picture. A matrix product that gathers its left side from the picture (torch.nn.Conv2d whose
 * stride is its window); the first R rows of each image drop their product and take the tokens before the patches.
 *
 * pixels `[N, 3, H, W]`, weight `[3 · p · p, D]` (`packLinear` of PyTorch's `[D, 3, p, p]`), bias `[D]` f32, leading tokens
 * with their own positions already added `[R, D]` f32, each filled up to a multiple of 4, positions of the patches if any
 * `[1, h, w, D]` → tokens `[N, R + h · w, D]`.
 */
export function patchEmbed(params: PatchEmbedParams): Kernel {
  const { batch, channelsIn, height, width, patch, channelsOut, leading = 1, precision } = params;
  const { positions: hasPositions = true } = params;
  const { weightPrecision = precision } = params;
  const [down, across] = [Math.floor(height / patch), Math.floor(width / patch)];
  const rows = leading + down * across;
  const k = channelsIn * patch * patch;
  const x: TensorSpec = { shape: [batch, channelsIn, height, width], dtype: precision };
  const weight: TensorSpec = { shape: packedShape(1, k, channelsOut), dtype: weightPrecision };
  const vector: TensorSpec = { shape: [multipleOf4(channelsOut)], dtype: "f32" };
  const tokens: TensorSpec = { shape: [leading, multipleOf4(channelsOut)], dtype: "f32" };
  const positions: TensorSpec = { shape: [1, down, across, channelsOut], dtype: precision };
  const output: TensorSpec = { shape: [batch, rows, channelsOut], dtype: precision };
  const inputs = [x, weight, vector, tokens, ...(hasPositions ? [positions] : [])];
  const stored = { batch, rows, channels: channelsOut, precision, output };
  const m = batch * rows;
  const position = `positions4((m % ${rows}u - ${leading}u) * ${rowStride(channelsOut)}u, n4)`;
  const embedded = `sum + bias[n4]${hasPositions ? ` + ${position}` : ""}`;
  const loads = loadWeight(weight, multipleOf4(channelsOut), 1);
  const { main, workgroups } = registerTile(
    {
      m,
      n: multipleOf4(channelsOut),
      weight: loads,
      steps: 1,
      depth: multipleOf4(k) / 4,
      prepareRow: (i) => wgsl`
        let patch${i} = max(m${i} % ${rows}u, ${leading}u) - ${leading}u;
        let line${i} = m${i} / ${rows}u * ${channelsIn * height}u + patch${i} / ${across}u * ${patch}u;
        let base${i} = line${i} * ${width}u + patch${i} % ${across}u * ${patch}u;`,
      prepareLoad: "let taps = vec4u(tap(4u * c), tap(4u * c + 1u), tap(4u * c + 2u), tap(4u * c + 3u));",
      load: (i) => `pixels4(base${i} + taps)`,
      store: wgsl`
        // A patch's row reads the last of them, and drops it.
        var token = leading[min(m % ${rows}u, ${leading - 1}u) * ${multipleOf4(channelsOut) / 4}u + n4];
        if (m % ${rows}u >= ${leading}u) { token = ${embedded}; }
        ${epilogueStore({}, stored, "token")}`,
    },
    chooseTile(m, multipleOf4(channelsOut)),
  );
  return {
    label: `patchEmbed [${x.shape}] ${patch}×${patch} → ${channelsOut}`,
    inputs,
    output,
    workgroups,
    flops: 2 * batch * down * across * channelsOut * k,
    code: wgsl`
      ${enable(weightPrecision === "f16" ? weightPrecision : precision)}
      ${storage(0, "read", "x", x, 1)}
      ${loads.declarations}
      ${storage(2, "read", "bias", vector, 4)}
      ${storage(3, "read", "leading", tokens, 4)}
      #if ${hasPositions}
      ${storage(4, "read", "positions", positions, lanes(channelsOut))}
      ${loadChannels("positions", channelsOut)}
      #endif
      ${epilogueDeclarations({}, stored, inputs.length)}
      ${tapFunction(params)}
      fn pixels4(at: vec4u) -> vec4f {
        return vec4f(f32(x[at.x]), f32(x[at.y]), f32(x[at.z]), f32(x[at.w]));
      }
      ${main}`,
  };
}

/**
 * WGSL `fn tap(k: u32) -> u32`: where tap k = (channel, row, column) of a patch lies from the patch's first pixel. Taps past
 * the last one repeat it: their weights are zeros.
 */
function tapFunction({ channelsIn, height, width, patch }: PatchEmbedParams): string {
  const pixels = patch * patch;
  return wgsl`
    fn tap(k: u32) -> u32 {
      let t = min(k, ${channelsIn * pixels - 1}u);
      let line = t / ${pixels}u * ${height}u + t % ${pixels}u / ${patch}u;
      return line * ${width}u + t % ${patch}u;
    }`;
}
