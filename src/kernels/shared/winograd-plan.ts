import { multipleOf4 } from "./pack.ts";
import { wgsl } from "./wgsl.ts";
import { type WinogradSide, winogradPoints } from "./winograd-transforms.ts";

/** A convolution with a 3×3 window, stride 1 and padding 1, cut into tiles, and these into bands. */
export interface WinogradPlan {
  readonly side: WinogradSide;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly tilesDown: number;
  readonly tilesAcross: number;
  /** All tiles of all images. */
  readonly tiles: number;
  /** Tiles of a band: what is computed at once, so that transformed maps stay small. The last band may have fewer. */
  readonly band: number;
  readonly bands: number;
}

/** Bytes of a transformed map, of which two live at a time. */
const BAND_BYTES = 16 * 2 ** 20;
/** What a workgroup of the product takes at once. */
const BLOCK = 64;

/** What the transforms read about a band, so that maps of all sizes share their texts: [first, batch, …] as u32. */
export const WINOGRAD_SIZES = ["first", "batch", "height", "width", "tilesDown", "tilesAcross", "band"] as const;

/** WGSL declaration of them, as `sizes`. */
export const winogradSizes = wgsl`
  struct Sizes { ${WINOGRAD_SIZES.map((name) => `${name}: u32`).join(", ")} }
  @group(0) @binding(1) var<storage, read> sizes: Sizes;`;

/** The numbers for the band that begins with tile `first`. */
export function bandSizes(plan: WinogradPlan, first: number): Uint32Array {
  const numbers = { ...plan, first };
  return Uint32Array.from(WINOGRAD_SIZES, (name) => numbers[name]);
}

export interface WinogradSizes
  extends Pick<WinogradPlan, "side" | "batch" | "height" | "width" | "channelsIn" | "channelsOut"> {
  /** Bytes that a transformed map may have; at least 64 tiles are taken whatever it says. */
  readonly bandBytes?: number | undefined;
}

/** Cuts a map into tiles. */
export function planWinograd({ bandBytes = BAND_BYTES, ...sizes }: WinogradSizes): WinogradPlan {
  const { side, batch, height, width, channelsIn, channelsOut } = sizes;
  const tilesDown = Math.ceil(height / side);
  const tilesAcross = Math.ceil(width / side);
  const tiles = batch * tilesDown * tilesAcross;
  const bytes = 4 * winogradPoints(side) * multipleOf4(Math.max(channelsIn, channelsOut));
  const most = Math.max(1, Math.floor(bandBytes / bytes / BLOCK)) * BLOCK;
  const least = Math.ceil(tiles / Math.ceil(tiles / most));
  const band = least < tiles ? Math.ceil(least / BLOCK) * BLOCK : tiles;
  return {
    side,
    batch,
    height,
    width,
    channelsIn,
    channelsOut,
    tilesDown,
    tilesAcross,
    tiles,
    band,
    bands: Math.ceil(tiles / band),
  };
}
