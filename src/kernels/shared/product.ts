import type { Kernel } from "../../runtime/kernel.ts";
import type { TensorSpec } from "../../runtime/tensor.ts";
import { loadChannels } from "./channels.ts";
import {
  type Epilogue,
  epilogueDeclarations,
  epilogueInputs,
  epilogueLabel,
  epilogueStore,
  type Stored,
} from "./epilogue.ts";
import { multipleOf4, packedShape } from "./pack.ts";
import { chooseTile, type RegisterTileProduct, registerTile } from "./register-tile.ts";
import { enable, lanes, storage } from "./storage.ts";
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
  readonly stored: Stored;
  readonly epilogue: Epilogue;
}

/** Inputs: x, the weight packed as `[taps · K, N]`, and those of the epilogue. */
export function product(params: Product): Kernel {
  const { label, x, channelsIn, relu = false, taps, stored, epilogue } = params;
  const { batch, rows, channels, precision, output } = stored;
  const weight: TensorSpec = { shape: packedShape(taps, channelsIn, channels), dtype: precision };
  const m = batch * rows;
  const n = multipleOf4(channels);
  const { main, workgroups } = registerTile({
    ...params,
    m,
    n,
    steps: taps,
    depth: multipleOf4(channelsIn) / 4,
    tile: chooseTile(m, n),
    store: epilogueStore(epilogue, stored),
  });
  return {
    label: `${label}${relu ? " relu in" : ""}${epilogueLabel(epilogue)}`,
    inputs: [x, weight, ...epilogueInputs(epilogue, stored)],
    output,
    workgroups,
    flops: 2 * m * channels * taps * channelsIn,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, lanes(channelsIn))}
      ${storage(1, "read", "weight", weight, 4)}
      ${epilogueDeclarations(epilogue, stored, 2)}
      ${loadChannels("x", channelsIn, { relu })}
      ${main}`,
  };
}
