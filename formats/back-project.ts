import { UsageError } from "../src/index.ts";

/** Depth at every pixel, row by row from the top, as `depth()` answers it. */
export interface DepthPicture {
  readonly width: number;
  readonly height: number;
  readonly depth: Float32Array;
  /** Metres; or inverse depth in no unit, the nearest largest. */
  readonly unit: "metres" | "relative inverse";
}

export interface CameraOptions {
  /** Degrees that the picture's width covers. 60 if left out, a common lens; where the focal length is known, give it. */
  readonly fov?: number | undefined;
  /**
   * How many times as far as the nearest pixel the farthest is, for relative inverse depth; 10 if left out. Such depth is
   * known up to a scale and a shift, and only a measurement could tell them.
   */
  readonly range?: number | undefined;
  /** Every how many-th pixel of a row, and every how many-th row, is taken; 1 if left out. */
  readonly stride?: number | undefined;
}

/** The pixels in space, on a grid of `columns` times `rows`. */
export interface PointGrid {
  readonly columns: number;
  readonly rows: number;
  /** Which pixel each point is, `[rows · columns]`. */
  readonly pixels: Uint32Array;
  /** Distance along the view, `[rows · columns]`; NaN where the model answered none above 0. */
  readonly distances: Float32Array;
  /**
   * `[rows · columns, 3]`, as glTF has them: x to the right, y up, z towards the viewer, who is at the origin. In metres, or
   * in units of the nearest pixel's distance.
   */
  readonly positions: Float32Array;
}

/**
 * Puts the pixels of a depth map into space, by a pinhole camera that looks through the picture's middle:
 * `x = (u − W/2)·z/f`, `y = (v − H/2)·z/f`, `f = (W/2)/tan(fov/2)`, u and v at the middle of the pixel.
 *
 * Relative inverse depth d becomes the distance `z = 1/(1/r + (1 − 1/r)·(d − min)/(max − min))` with `range` r: 1 for the
 * nearest pixel, r for the farthest, and 1/z linear in d between. Metres are taken as they are.
 *
 * @throws UsageError for options out of their range, or a map that is not as large as it says
 */
export function backProject(picture: DepthPicture, options: CameraOptions = {}): PointGrid {
  const { width, height, depth, unit } = picture;
  const { fov = 60, range = 10, stride = 1 } = options;
  if (depth.length !== width * height) {
    const want = `want ${width * height} depths for ${width}x${height} pixels`;
    throw new UsageError(`depth map: ${want}, got ${depth.length}. Check width and height.`);
  }
  const check = (name: string, value: number, isRight: boolean, want: string) => {
    if (!isRight) throw new UsageError(`${name}: want ${want}, got ${value}. Leave it out for the default.`);
  };
  check("fov", fov, fov > 0 && fov < 180, "degrees between 0 and 180");
  check("range", range, range > 1 && Number.isFinite(range), "a number above 1");
  check("stride", stride, Number.isSafeInteger(stride) && stride >= 1, "a whole number from 1 up");
  const focal = width / 2 / Math.tan((fov * Math.PI) / 360);
  const distanceOf = unit === "metres" ? (metres: number) => metres : relativeDistance(depth, range);
  const [columns, rows] = [Math.ceil(width / stride), Math.ceil(height / stride)];
  const pixels = new Uint32Array(columns * rows);
  const distances = new Float32Array(columns * rows);
  const positions = new Float32Array(3 * columns * rows);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const [u, v] = [column * stride, row * stride];
      const pixel = v * width + u;
      const distance = distanceOf(depth[pixel]!);
      const z = distance > 0 && Number.isFinite(distance) ? distance : Number.NaN;
      pixels[i] = pixel;
      distances[i] = z;
      positions[3 * i] = ((u + 0.5 - width / 2) * z) / focal;
      positions[3 * i + 1] = (-(v + 0.5 - height / 2) * z) / focal;
      positions[3 * i + 2] = -z;
    }
  }
  return { columns, rows, pixels, distances, positions };
}

function relativeDistance(depth: Float32Array, range: number): (inverse: number) => number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of depth) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const span = most - least;
  // Depth that is the same everywhere is the nearest everywhere, as in the pictures of it.
  return (inverse) => 1 / (1 / range + (1 - 1 / range) * (span === 0 ? 1 : (inverse - least) / span));
}
