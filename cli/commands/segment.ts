import type { Command } from "commander";
import { examples } from "./examples.ts";
import { parseAlpha, parseNames } from "./parse-option.ts";
import { addPictureOptions, type PictureOptions } from "./picture-options.ts";

export interface SegmentOptions extends PictureOptions {
  readonly alpha: number;
  readonly classes?: readonly string[];
  readonly labels?: boolean;
}

export function segmentCommand(program: Command): void {
  const command = program
    .command("segment")
    .summary("label every pixel of pictures")
    .description(
      "Labels every pixel of pictures. Writes NAME.overlay.png (photo and class colours blended) and NAME.labels.png " +
        "(indexed, value = class id, at the photo's size; 16-bit grey beyond 256 classes), and prints the classes " +
        "with their share of the picture.",
    )
    .argument("[images...]", "JPEG, PNG, WebP, TIFF, AVIF, … (default: the embedded street photo)")
    .option("--alpha <number>", "weight of the class colours in the overlay, 0 to 1", parseAlpha, 0.5)
    .option("--classes <names>", "colour these classes only in the overlay, as road,car", parseNames)
    .option("--labels", "also write NAME.labels.json: id, name, colour, pixels and share of every class");
  addPictureOptions(command, { model: "the embedded dpt-small-camvid", resize: "bilinear" })
    .addHelpText(
      "after",
      examples("segment", "segment photo.jpg -o out --classes road,car", "segment *.jpg --model dpt-large-ade --json"),
    )
    .action(async (images: string[], options: SegmentOptions) =>
      (await import("../run/segment.ts")).segment(images, options),
    );
}
