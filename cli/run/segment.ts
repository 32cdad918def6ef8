import { labelsOf } from "../../src/model/config.ts";
import { UsageError } from "../../src/runtime/errors.ts";
import { LABEL_FORMATS, type SegmentOptions } from "../commands/segment.ts";
import { embedded } from "../embedded.ts";
import { writeWhole } from "../files/write-whole.ts";
import { paletteFor } from "../palettes/palette-for.ts";
import { formatShare } from "../text/format-share.ts";
import { textTable } from "../text/text-table.ts";
import { type ClassArea, classAreas } from "./class-areas.ts";
import { labelFiles } from "./label-files.ts";
import { pictureReport } from "./picture-report.ts";
import { predictPictures } from "./predict-pictures.ts";

/** `dpt-webgpu segment`. */
export async function segment(images: readonly string[], options: SegmentOptions): Promise<void> {
  const { classes, palette: wanted } = options;
  const folder = options.model ?? embedded("segmentation", "--model");
  const pictures = images.length > 0 ? images : [embedded("street", "a picture")];
  const formats = LABEL_FORMATS.filter(
    (format) => options.formats.includes(format) || (format === "json" && options.labels),
  );
  const kinds = formats.map((format) => labelFiles[format]);
  await predictPictures(pictures, folder, options, {
    command: "segment",
    task: "segmentation",
    suffixes: kinds.map(({ suffix }) => suffix),
    check(config) {
      idsOf(classes ?? [], labelsOf(config)!);
      paletteFor(labelsOf(config)!, wanted);
    },
    async run(model, name, photo) {
      const result = await model.segment(photo, options);
      const palette = paletteFor(result.classes, wanted);
      const areas = classAreas(result, palette);
      const coloured = classes && new Set(idsOf(classes, result.classes));
      const answer = { photo, result, palette, areas, coloured, image: name.image, options };
      const files = kinds.map(({ suffix }) => name.path(suffix));
      for (const [i, { encode }] of kinds.entries()) await writeWhole(files[i]!, await encode(answer));
      const seen = areas.filter(({ pixels }) => pixels > 0).sort((a, b) => b.pixels - a.pixels);
      return pictureReport(name.image, result, files, { text: areaTable(seen), json: { classes: seen } });
    },
  });
}

/** @throws UsageError listing the classes, for a name that is none */
function idsOf(names: readonly string[], labels: readonly string[]): number[] {
  const unknown = names.filter((name) => !labels.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      `--classes: want names of the model's classes, got ${unknown.join(", ")}. Choose from: ${labels.join(", ")}.`,
    );
  }
  return labels.flatMap((label, id) => (names.includes(label) ? [id] : []));
}

function areaTable(areas: readonly ClassArea[]): string {
  return textTable(
    [">id", "class", ">share", "colour"],
    areas.map(({ id, name, share, colour }) => [String(id), name, formatShare(share), colour]),
  );
}
