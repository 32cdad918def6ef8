import type { Command } from "commander";
import { examples } from "./examples.ts";
import { addPictureOptions, type PictureOptions } from "./picture-options.ts";

export function depthCommand(program: Command): void {
  const command = program
    .command("depth")
    .summary("estimate depth at every pixel of pictures")
    .description(
      "Estimates depth at every pixel of pictures. Writes NAME.depth16.png (grey, 16 bit) and NAME.depth.png (the same in " +
        "the colours of the inferno map). The nearest pixel is brightest (65535), the farthest is 0, linear between " +
        "them in what the model answers: inverse depth without a unit, or metres. Both ends are printed, and stand in " +
        "the 16-bit file's Description.",
    )
    .argument("[images...]", "JPEG, PNG, WebP, TIFF, AVIF, … (default: the embedded street photo)");
  addPictureOptions(command, { model: "the embedded depth-anything-v2-small", resize: "bicubic" })
    .addHelpText("after", examples("depth photo.jpg", "depth photo.jpg --model dpt-large -o depth --size native"))
    .action(async (images: string[], options: PictureOptions) =>
      (await import("../run/depth.ts")).depth(images, options),
    );
}
