import { UsageError } from "../../runtime/errors.ts";
import { networkSize } from "../pictures/network-size.ts";
import type { Processor, Size } from "../pictures/processor.ts";
import { checkOverlap, DEFAULT_OVERLAP, type WindowAxis, windowAxis, windowSize } from "../windows/window-layout.ts";

/** Test-time augmentation: what the network sees beside the picture as it is. */
export interface TestTimeAugmentation {
  /** Whether it sees the picture mirrored too; yes if left out. */
  readonly flip?: boolean | undefined;
  /** Scales at which it sees the picture, from 1/16 to 16; 1 alone if left out. */
  readonly scales?: readonly number[] | undefined;
}

/** How the network looks at a picture. */
export interface ViewOptions {
  /**
   * Side or size of the windows that the picture is cut into, in its pixels; each is seen as a picture of its own. The
   * whole picture at once if left out.
   */
  readonly tile?: number | Size | undefined;
  /** Share of a window that its neighbours see too, 0 to 0.8; 0.25 if left out. */
  readonly overlap?: number | undefined;
  /** Whether answers are averaged over mirrored and scaled views: true for mirrored, at 0.75, 1 and 1.25. */
  readonly tta?: boolean | TestTimeAugmentation | undefined;
  /** Size the network works at instead of the processor's, at scale 1. */
  readonly size?: Size | "native" | undefined;
}

/** The picture at one scale. */
export interface View {
  readonly scale: number;
  /** Whether the network sees windows as they are, mirrored, or both. */
  readonly mirrored: readonly boolean[];
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
  /** For {@link networkSize}: what the network works at. */
  readonly size: Size | "native" | undefined;
}

const TTA: Required<TestTimeAugmentation> = { flip: true, scales: [0.75, 1, 1.25] };

/** Enlarged more than that, a picture has nothing new to show, but many windows. */
const MOST_SCALE = 16;

/**
 * The views of a picture. At scale s a window is `tile / s` pixels, so that the network, whose size stays, sees them s
 * times as large; as far as the picture is smaller than that, the network's size is s times as large instead, rounded to
 * whole patches.
 * @throws UsageError for a tile, overlap or scales that make no sense
 */
export function viewsOf(
  picture: Size,
  { tile, overlap, tta = false, size }: ViewOptions,
  processor: Processor,
  patch: number,
): readonly View[] {
  if (tile === undefined && overlap !== undefined) {
    throw new UsageError(`overlap: want a tile that overlaps with others, got ${overlap} without one. Give a tile.`);
  }
  const shared = checkOverlap(overlap ?? DEFAULT_OVERLAP);
  const { flip = true, scales = [1] } = tta === true ? TTA : tta === false ? { flip: false } : tta;
  if (scales.length === 0 || !scales.every((scale) => scale >= 1 / MOST_SCALE && scale <= MOST_SCALE)) {
    throw new UsageError(
      `tta: want scales from 1/${MOST_SCALE} to ${MOST_SCALE}, got [${scales.join(", ")}]. Try 0.75, 1, 1.25.`,
    );
  }
  const whole = windowSize(picture, tile ?? picture);
  const network = networkSize(processor, whole, size);
  const multiple = leastCommonMultiple(patch, processor.ensureMultipleOf);
  return scales.map((scale) => {
    const scaled = (side: number) => Math.max(1, Math.round(side / scale));
    const window =
      tile === undefined
        ? picture
        : windowSize(
            picture,
            typeof tile === "number" ? scaled(tile) : { width: scaled(tile.width), height: scaled(tile.height) },
          );
    const grown = (side: "width" | "height") => {
      const inner =
        network[side] -
        (side === "width" ? network.pad.left + network.pad.right : network.pad.top + network.pad.bottom);
      const wanted = (inner * scale * window[side]) / whole[side];
      return Math.max(multiple, Math.round(wanted / multiple) * multiple);
    };
    return {
      scale,
      mirrored: flip ? [false, true] : [false],
      rows: windowAxis(picture.height, window.height, shared),
      columns: windowAxis(picture.width, window.width, shared),
      size: scale === 1 ? size : { width: grown("width"), height: grown("height") },
    };
  });
}

/** Whether it is the whole picture, seen once, as it is. */
export function isPlain(views: readonly View[]): boolean {
  return passesOf(views) === 1 && views[0]!.scale === 1;
}

/** How often the network runs for some views. */
export function passesOf(views: readonly View[]): number {
  return views.reduce(
    (sum, { rows, columns, mirrored }) => sum + rows.starts.length * columns.starts.length * mirrored.length,
    0,
  );
}

function leastCommonMultiple(a: number, b: number): number {
  for (let multiple = a; ; multiple += a) if (multiple % b === 0) return multiple;
}
