import { resize } from "../../../src/kernels/resize.ts";
import type { Precision } from "../../../src/runtime/graph/tensor.ts";
import { resize as resizeLoop } from "../../../test/reference/resize.ts";
import type { KernelCase } from "../kernel-case.ts";
import { randomValues } from "../random-values.ts";
import { crossings, some, take } from "../sample.ts";

interface Extent {
  readonly height: number;
  readonly width: number;
}

/** Channels that are checked, at all pixels: each is resized on its own. */
const CHANNELS = 4;

/** Bilinear upsampling of a map `[height, width, channels]`, corners on corners. */
export function resizeCase(role: string, from: Extent, to: Extent, channels: number, precision: Precision): KernelCase {
  const how = { mode: "bilinear", alignCorners: true } as const;
  const out = { outHeight: to.height, outWidth: to.width };
  const kernel = resize({ batch: 1, ...from, channels, ...out, ...how, precision });
  return {
    role,
    recordedAs: kernel.label,
    kernel,
    data: () => {
      const x = randomValues(from.height * from.width * channels, precision);
      return {
        inputs: [x],
        expected: () => {
          const columns = some(channels, CHANNELS);
          const pixels = ({ height, width }: Extent) => some(height * width, height * width);
          const taken = take(x, crossings({ rows: pixels(from), columns }, channels));
          const sizes = [from.height, from.width, columns.length] as const;
          return {
            positions: crossings({ rows: pixels(to), columns }, channels),
            values: resizeLoop(taken, sizes, [to.height, to.width], how),
          };
        },
      };
    },
  };
}
