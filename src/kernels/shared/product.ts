import type { Kernel } from "../../runtime/kernel.ts";
import type { Precision, TensorSpec } from "../../runtime/tensor.ts";
import { loadChannels } from "./channels.ts";
import {
  type Epilogue,
  epilogueDeclarations,
  epilogueInputs,
  epilogueLabel,
  epilogueStore,
  type Stored,
} from "./epilogue.ts";
import { loadWeight } from "./load-weight.ts";
import { multipleOf4 } from "./pack.ts";
import { chooseTile, type RegisterTileProduct, registerTile } from "./register-tile.ts";
import { enable, lanes, storage } from "./storage.ts";
import { type QuantizedFormat, weightSpec } from "./weight-format.ts";
import { wgsl } from "./wgsl.ts";

/** A kernel of sums `y = finish(Σ x · W)`: which rows of x meet which rows of the weight. */
export interface Product extends Pick<RegisterTileProduct, "prepareRow" | "prepareStep" | "prepareRowStep" | "load"> {
  readonly label: string;
  /** Channels last; `load` reads it by `x4(base, c)`, four channels `4·c …` of the row that starts at `base`. */
  readonly x: TensorSpec;
  readonly channelsIn: number;
  /** Whether x passes a ReLU on the way in. */
  readonly relu?: boolean;
  /** Rows of x that meet in one sum: the window of a convolution. */
  readonly taps: number;
  /** Products of this shape one below the other, in x, weight and output; 1 if left out. */
  readonly matrices?: number;
  /** Of the weight where it is not that of the output. */
  readonly weightPrecision?: Precision;
  /** Whether the weight is quantised; it is stored as the activations if left out. */
  readonly quantized?: QuantizedFormat | undefined;
  readonly stored: Stored;
  readonly epilogue: Epilogue;
}

/** Inputs: x, the weight packed as `[taps · K, N]` (and quantised, if its format is so), and those of the epilogue. */
export function product(params: Product): Kernel {
  const { label, x, channelsIn, relu = false, taps, matrices = 1, quantized, stored, epilogue } = params;
  const { batch, rows, channels, precision, output } = stored;
  const format = quantized ?? params.weightPrecision ?? precision;
  const weight = weightSpec(format, matrices * taps, channelsIn, channels);
  const m = (batch * rows) / matrices;
  const n = multipleOf4(channels);
  const loads = loadWeight(format, weight, [matrices * taps * multipleOf4(channelsIn), n], 1);
  const { main, workgroups } = registerTile({
    ...params,
    m,
    n,
    steps: taps,
    depth: multipleOf4(channelsIn) / 4,
    tile: chooseTile(m, n),
    weight: loads,
    store: epilogueStore(epilogue, stored, loads.sum),
  });
  return {
    label: `${label}${quantized ? ` ${quantized}` : ""}${relu ? " relu in" : ""}${epilogueLabel(epilogue)}`,
    inputs: [x, weight, ...epilogueInputs(epilogue, stored)],
    output,
    workgroups,
    flops: 2 * batch * rows * channels * taps * channelsIn,
    code: wgsl`
      ${enable(format === "f16" ? format : precision)}
      ${storage(0, "read", "x", x, lanes(channelsIn))}
      ${loads.declarations}
      ${epilogueDeclarations(epilogue, stored, 2)}
      ${loadChannels("x", channelsIn, { relu })}
      ${main}`,
  };
}
