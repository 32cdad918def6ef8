import { channelsLast as channelsLastKernel } from "../../../kernels/channels-last.ts";
import type { Tensor } from "../../../runtime/graph/graph.ts";
import type { Ops } from "../../network/ops.ts";

/** Pixels `[N, C, H, W]` as a map `[N, H, W, C]`, C filled up to a multiple of 4. */
export function channelsLast(ops: Ops, pixels: Tensor): Tensor {
  const [batch, channels, height, width] = pixels.shape as [number, number, number, number];
  const params = { batch, channels, height, width };
  return ops.run(
    ops.nameOf("channelsLast", pixels),
    (precision) => channelsLastKernel({ ...params, precision }),
    pixels,
  );
}
