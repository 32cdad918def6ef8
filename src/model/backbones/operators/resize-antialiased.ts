import { antialiasedBand } from "../../../kernels/antialiased-band.ts";
import { resampleMap } from "../../../kernels/resample-map.ts";
import type { Tensor } from "../../../runtime/graph/graph.ts";
import type { Extent, Ops } from "../../network/ops.ts";
import { bandConstants } from "../../pictures/band-constants.ts";

/** Bilinear interpolation with antialiasing of a map `[1, H, W, C]`; none where the size is already right. */
export function resizeAntialiased(ops: Ops, x: Tensor, to: Extent): Tensor {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  if (height === to.height && width === to.width) return x;
  const rows = antialiasedBand(height, to.height);
  const columns = antialiasedBand(width, to.width);
  return ops.run(
    ops.nameOf("resize", x),
    (precision) => resampleMap({ rows, columns, channels, precision, outPrecision: precision }),
    x,
    ...bandConstants(ops.graph, rows, columns),
  );
}
