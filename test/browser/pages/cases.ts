import { DPT, type DptError, filesFromUrl, readTensors, type StageReport } from "../../../src/index.ts";
import { overlayFiles } from "../../overlay-files.ts";
import { verifyCase } from "../../verify-case.ts";

export interface PhotoReport {
  readonly pixels: number;
  /** Share of pixels with the label that PyTorch gives. */
  readonly agreement: number;
  /** Pixels with another label whose best class leads by 1e-3 or more. */
  readonly wrong: number;
  /** Largest error of a depth, against the largest depth. */
  readonly depthError: number;
}

declare global {
  /** The stages of a case, whose folder lies at a URL, with the model of another. */
  var verifyAt: (url: string, model: string) => Promise<StageReport[]>;
  /** How this browser's answer for a photo agrees with PyTorch's. */
  var checkPhoto: (model: string, folder: string) => Promise<PhotoReport>;
  /** Class and message of the error for a folder that is no model. */
  var errorAt: (url: string) => Promise<string>;
}

globalThis.verifyAt = (url, model) => verifyCase(filesFromUrl(url), {}, filesFromUrl(model));

globalThis.checkPhoto = async (modelUrl, folderUrl) => {
  const folder = filesFromUrl(folderUrl);
  const expected = await readTensors((await folder.open("expected.safetensors"))!);
  const blob = await (await fetch(`${folderUrl}/photo.png`)).blob();
  const picture = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  using model = await DPT.load(overlayFiles(filesFromUrl(modelUrl), "preprocessor_config.json", folder));
  if (!expected.has("labels")) {
    const { depth } = await model.depth(picture);
    return { pixels: depth.length, agreement: 1, wrong: 0, depthError: errorOf(depth, expected.get("depth")!.data) };
  }
  const { labels } = await model.segment(picture);
  const [want, margin] = [expected.get("labels")!.data, expected.get("margin")!.data];
  const differ = [...want.keys()].filter((i) => labels[i] !== want[i]);
  const wrong = differ.filter((i) => margin[i]! >= 1e-3).length;
  return { pixels: labels.length, agreement: 1 - differ.length / want.length, wrong, depthError: 0 };
};

globalThis.errorAt = async (url) => {
  const error = await DPT.load(filesFromUrl(url)).then(
    () => undefined,
    (reason: DptError) => reason,
  );
  return `${error?.name}: ${error?.message}`;
};

/** NaN if any depth is. */
function errorOf(got: Float32Array, want: Float32Array): number {
  const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return want.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]!)), 0) / largest;
}
