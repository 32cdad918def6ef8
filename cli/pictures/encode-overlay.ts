import sharp from "sharp";
import type { RawPicture } from "../../src/index.ts";
import type { Colour } from "../../src/model/config/class-colours.ts";

export interface Overlay {
  readonly labels: Uint8Array | Uint16Array;
  readonly palette: readonly Colour[];
  /** Weight of the colours, 0 to 1. */
  readonly alpha: number;
  /** Ids of the classes that get colour; all if left out. */
  readonly coloured?: ReadonlySet<number> | undefined;
}

/** A PNG of `(1 - alpha) · photo + alpha · colour`; the photo alone where a class gets no colour. */
export async function encodeOverlay(photo: RawPicture, overlay: Overlay): Promise<Uint8Array> {
  const { width, height } = photo;
  return sharp(blend(photo, overlay), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

function blend({ data }: RawPicture, { labels, palette, alpha, coloured }: Overlay): Uint8Array {
  const blended = new Uint8Array(3 * labels.length);
  for (const [pixel, label] of labels.entries()) {
    const weight = !coloured || coloured.has(label) ? alpha : 0;
    const colour = palette[label]!;
    for (let channel = 0; channel < 3; channel++) {
      const at = 3 * pixel + channel;
      blended[at] = Math.round((1 - weight) * data[at]! + weight * colour[channel]!);
    }
  }
  return blended;
}
