import type { Activation } from "../../kernels/shared/activation.ts";

/** BiT (Kolesnikov et al., arXiv:1912.11370; transformers' BitBackbone), a ResNetV2 of groups and standardised weights. */
export interface BitConfig {
  readonly channelsIn: number;
  /** Channels of the stem. */
  readonly stem: number;
  /** The stages that are run: channels out, and bottlenecks. Each but the first halves the map. */
  readonly stages: readonly { readonly channels: number; readonly depth: number }[];
  /** Whether a bottleneck normalises what comes in ("preactivation") or what it makes ("bottleneck"). */
  readonly preactivation: boolean;
  readonly activation: Activation;
  /** Of each group norm. */
  readonly groups: number;
  /** ε of the standardised weights. */
  readonly weightEpsilon: number;
  /** Whether the stem's pooling has zeros around its map. */
  readonly paddedPool: boolean;
}

/** What one is divided to, in whole eights, and never less than nine tenths of it. */
export function inEights(value: number): number {
  const eights = Math.max(8, Math.floor(Math.trunc(value + 4) / 8) * 8);
  return eights < 0.9 * value ? eights + 8 : eights;
}

/** Channels inside of a bottleneck. */
export function bottleneckWidth(channels: number): number {
  return inEights(channels / 4);
}
