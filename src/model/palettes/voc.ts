import type { Colour } from "../config/class-colours.ts";

const NAMES =
  "background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person " +
  "pottedplant sheep sofa train tvmonitor";

/** Pascal VOC's 21 classes by id, with the colours of its development kit. */
export const VOC: ReadonlyMap<string, Colour> = new Map(NAMES.split(" ").map((name, id) => [name, vocColour(id)]));

/** VOC's colour map: of each three bits of the id, from the lowest, one goes to each channel, from the highest bit down. */
function vocColour(id: number): Colour {
  const channel = (first: number) => {
    let value = 0;
    for (let level = 0; level < 3; level++) value |= ((id >> (3 * level + first)) & 1) << (7 - level);
    return value;
  };
  return [channel(0), channel(1), channel(2)];
}
