import { type Command, Option } from "commander";
import { examples } from "./examples.ts";
import { parseChoices, parseNumber } from "./parse-option.ts";
import { addPictureOptions, type PictureOptions } from "./picture-options.ts";

/** What a depth map can be written as. */
const DEPTH_FORMATS = ["png", "colour", "npy", "ply", "glb"] as const;
export type DepthFormat = (typeof DEPTH_FORMATS)[number];

export interface DepthOptions extends PictureOptions {
  readonly formats: readonly DepthFormat[];
  readonly fov?: number;
  readonly range?: number;
  readonly stride?: number;
  readonly jump?: number;
}

export function depthCommand(program: Command): void {
  const command = program
    .command("depth")
    .summary("estimate depth at every pixel of pictures")
    .description(
      "Estimates depth at every pixel of pictures. Writes NAME.depth16.png (grey, 16 bit) and NAME.depth.png (the same in " +
        "the colours of the inferno map). The nearest pixel is brightest (65535), the farthest is 0, linear between " +
        "them in what the model answers: inverse depth without a unit, or metres. Both ends are printed, and stand in " +
        "the 16-bit file's Description. Other files by --formats: npy (the answer as it is, for numpy.load), ply (a coloured " +
        "point cloud), glb (a mesh with the photo on it; x right, y up, z towards the viewer). Inverse depth without a unit " +
        "becomes distances from 1 (nearest) to --range (farthest), linear in 1/distance; metres stay.",
    )
    .argument("[images...]", "JPEG, PNG, WebP, TIFF, AVIF, … (default: the embedded street photo)")
    .addOption(
      new Option("--formats <list>", `files to write, of ${DEPTH_FORMATS.join(",")}`)
        .argParser(parseChoices("--formats", DEPTH_FORMATS))
        .default(["png", "colour"], "png,colour"),
    )
    .option(
      "--fov <degrees>",
      "what the picture's width covers, for ply and glb (default: 60)",
      parseNumber("--fov", "degrees between 0 and 180", (fov) => fov > 0 && fov < 180),
    )
    .option(
      "--range <number>",
      "how many times as far the farthest pixel is as the nearest, for ply and glb of depth without a unit (default: 10)",
      parseNumber("--range", "a number above 1", (range) => range > 1 && Number.isFinite(range)),
    )
    .option(
      "--stride <n>",
      "take every n-th pixel of every n-th row for ply and glb (default: 1)",
      parseNumber("--stride", "a whole number from 1 up", (stride) => Number.isSafeInteger(stride) && stride >= 1),
    )
    .option(
      "--jump <share>",
      "no triangle of the mesh where depth differs by more than this share (default: 0.1)",
      parseNumber("--jump", "a number above 0", (jump) => jump > 0),
    );
  addPictureOptions(command, { model: "the embedded depth-anything-v2-small", resize: "bicubic" })
    .addHelpText(
      "after",
      examples(
        "depth photo.jpg",
        "depth photo.jpg --model dpt-large -o depth --size native",
        "depth photo.jpg --formats ply,glb --fov 75",
      ),
    )
    .action(async (images: string[], options: DepthOptions) =>
      (await import("../run/depth.ts")).depth(images, options),
    );
}
