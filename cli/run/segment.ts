import type { ModelConfig } from "../../src/index.ts";
import { coloursOf, labelsOf } from "../../src/model/config/config.ts";
import { paletteFor } from "../../src/model/palettes/palette-for.ts";
import { UsageError } from "../../src/runtime/errors.ts";
import { LABEL_FORMATS, type LabelFormat, type SegmentOptions } from "../commands/segment.ts";
import { embedded } from "../embedded.ts";
import { listedPictures } from "../files/listed-pictures.ts";
import { writeWhole } from "../files/write-whole.ts";
import { formatShare } from "../text/format-share.ts";
import { textTable } from "../text/text-table.ts";
import { type ClassArea, classAreas } from "./class-areas.ts";
import { labelFiles } from "./label-files.ts";
import { predictPictures } from "./predict-pictures.ts";

/** Those that tell how sure the labels are. */
const SCORE_FORMATS: ReadonlySet<LabelFormat> = new Set(["confidence", "scores"]);

/** `dpt-webgpu segment`. */
export async function segment(images: readonly string[], options: SegmentOptions): Promise<void> {
  const { classes } = options;
  const folder = options.model ?? embedded("segmentation", "--model");
  const pictures = await listedPictures(images, options.list);
  const formats = LABEL_FORMATS.filter(
    (format) => options.formats.includes(format) || (format === "json" && options.labels),
  );
  const kinds = formats.map((format) => labelFiles[format]);
  const scores = options.scores ?? formats.some((format) => SCORE_FORMATS.has(format));
  const paletteOf = (config: ModelConfig) =>
    paletteFor(labelsOf(config)!, { palette: options.palette, own: coloursOf(config) });
  await predictPictures(pictures, folder, options, {
    command: "segment",
    task: "segmentation",
    suffixes: kinds.map(({ suffix }) => suffix),
    check(config) {
      idsOf(classes ?? [], labelsOf(config)!);
      paletteOf(config);
    },
    answer: (model, photos, asked) => model.segment(photos, { ...asked, scores }),
    async write(result, name, photo, config) {
      const palette = paletteOf(config);
      const areas = classAreas(result, palette);
      const coloured = classes && new Set(idsOf(classes, result.classes));
      const answer = { photo, result, palette, areas, coloured, image: name.image, options };
      const files = kinds.map(({ suffix }) => name.path(suffix));
      for (const [i, { encode }] of kinds.entries()) await writeWhole(files[i]!, await encode(answer));
      const seen = areas.filter(({ pixels }) => pixels > 0).sort((a, b) => b.pixels - a.pixels);
      return { files, text: areaTable(seen), json: { classes: seen } };
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
  const sure = areas.some(({ scores }) => scores) ? [">confidence", ">margin", ">entropy"] : [];
  return textTable(
    [">id", "class", ">share", "colour", ...sure],
    areas.map(({ id, name, share, colour, scores }) => {
      const means = scores ? [scores.confidence, scores.margin, scores.entropy] : [];
      return [String(id), name, formatShare(share), colour, ...means.map((mean) => mean.toFixed(3))];
    }),
  );
}
