import { type Command, Option } from "commander";
import { PALETTES, type PaletteName } from "../../src/model/palettes/palette-for.ts";
import { examples } from "./examples.ts";
import { parseAlpha, parseChoices, parseNames, parseNumber } from "./parse-option.ts";
import { addPictureOptions, type PictureOptions } from "./picture-options.ts";

/** What a label map can be written as. */
export const LABEL_FORMATS = [
  "overlay",
  "labels",
  "json",
  "geojson",
  "svg",
  "coco",
  "rle",
  "npy",
  "confidence",
  "scores",
] as const;
export type LabelFormat = (typeof LABEL_FORMATS)[number];

export interface SegmentOptions extends PictureOptions {
  readonly alpha: number;
  readonly formats: readonly LabelFormat[];
  readonly simplify?: number;
  readonly palette?: PaletteName;
  readonly classes?: readonly string[];
  readonly labels?: boolean;
  readonly scores?: boolean;
}

export function segmentCommand(program: Command): void {
  const command = program
    .command("segment")
    .summary("label every pixel of pictures")
    .description(
      "Labels every pixel of pictures. Writes NAME.overlay.png (photo and class colours blended) and NAME.labels.png " +
        "(indexed, value = class id, at the photo's size; 16-bit grey beyond 256 classes), and prints the classes " +
        "with their share of the picture. Other files by --formats: json (classes and areas), geojson and svg (polygons, in " +
        "pixels from the upper left corner), coco (annotations, masks as pycocotools' strings), rle (the same, masks as " +
        "plain run lengths), npy (class ids for numpy.load), confidence (grey, the largest probability from 0 to 1 as 0 to 255), " +
        "scores (for numpy.load, [3, height, width]: largest probability, its lead over the second, entropy).",
    )
    .argument("[images...]", "JPEG, PNG, WebP, TIFF, AVIF, … (default: the embedded street photo)")
    .option("--alpha <number>", "weight of the class colours in the overlay, 0 to 1", parseAlpha, 0.5)
    .addOption(
      new Option(
        "--palette <name>",
        "the data set whose colours are used (default: by the classes' names or number)",
      ).choices(PALETTES),
    )
    .option("--classes <names>", "colour these classes only in the overlay, as road,car", parseNames)
    .addOption(
      new Option("--formats <list>", `files to write, of ${LABEL_FORMATS.join(",")}`)
        .argParser(parseChoices("--formats", LABEL_FORMATS))
        .default(["overlay", "labels"], "overlay,labels"),
    )
    .option(
      "--simplify <pixels>",
      "leave out corners of polygons whose triangle is smaller, in square pixels (default: exact outlines)",
      parseNumber("--simplify", "square pixels above 0", (area) => area > 0 && Number.isFinite(area)),
    )
    .option(
      "--scores",
      "tell how sure the labels are: each class's mean probability, lead over the second, and entropy",
    )
    .option("--labels", "also write NAME.labels.json: id, name, colour, pixels and share of every class");
  addPictureOptions(command, { model: "the embedded dpt-small-camvid", resize: "bilinear" })
    .addHelpText(
      "after",
      examples(
        "segment",
        "segment photo.jpg -o out --classes road,car",
        "segment *.jpg --model dpt-large-ade --json",
        "segment photo.jpg --formats geojson,svg --simplify 2",
      ),
    )
    .action(async (images: string[], options: SegmentOptions) =>
      (await import("../run/segment.ts")).segment(images, options),
    );
}
