import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { readPicture } from "../../../../cli/pictures/read-picture.ts";
import { readPixels } from "../../../../src/runtime/pictures/read-pixels.ts";
import { editedBytes } from "../edited-bytes.ts";
import type { HostileTarget } from "../hostile-target.ts";

const raw = { width: 9, height: 7, channels: 3 } as const;
const image = () =>
  sharp(
    Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (37 * i) % 256),
    { raw },
  );

const SEEDS = await Promise.all(
  [image().png(), image().jpeg(), image().webp(), image().tiff(), image().gif(), image().png({ palette: true })].map(
    async (picture) => new Uint8Array(await picture.toBuffer()),
  ),
);

const folder = mkdtempSync(join(tmpdir(), "dpt-webgpu-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Pictures of a folder on disk, in which nothing may appear. */
export const pictureTarget: HostileTarget = {
  name: "pictures",
  share: 0.05,
  inputs: editedBytes(SEEDS),
  async read(bytes) {
    const path = join(folder, "picture");
    const found = readdirSync(folder).filter((name) => name !== "picture");
    if (found.length > 0) throw new Error(`the picture before has left ${found.join()}`);
    writeFileSync(path, bytes);
    const { width, height, data } = await readPicture(path);
    if (data.length !== 3 * width * height) throw new Error(`${data.length} bytes for ${width}x${height}`);
  },
};

const side = fc.oneof(
  fc.nat(8),
  fc.constantFrom(-1, 0.5, 2 ** 16, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY),
);
const picture = fc.tuple(side, side, fc.uint8Array({ maxLength: 300 }));

/** Pixels that a page hands over, whose sizes lie. */
export const pixelsTarget: HostileTarget = {
  name: "pixels",
  share: 0.08,
  inputs: picture.map(([width, height, data]) => {
    const bytes = new Uint8Array(16 + data.length);
    new Float64Array(bytes.buffer, 0, 2).set([width, height]);
    bytes.set(data, 16);
    return bytes;
  }),
  read(bytes) {
    const [width, height] = new Float64Array(bytes.slice(0, 16).buffer) as unknown as [number, number];
    const { words } = readPixels({ width, height, data: bytes.subarray(16) });
    if (words.length !== width * height) throw new Error(`${words.length} words for ${width}x${height}`);
  },
};
