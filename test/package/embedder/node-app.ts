/** What an app in Node writes: compiled against the packed declarations and run from the packed files (packed.test.ts). */
import { DPT, type ModelFiles, type RawPicture } from "dpt-webgpu";
import { doctorText } from "dpt-webgpu/doctor";
import { coco, geoJson, labelMapOf, npy } from "dpt-webgpu/formats";
import { filesFromFolder, type HubCacheOptions, hubCache } from "dpt-webgpu/node";
import { DPT as WorkerDPT } from "dpt-webgpu/worker";

/** Labels a grey picture of 32x32, and tells what came of it. */
export async function labelGrey(folder: string, gpu: GPU): Promise<object> {
  const files: ModelFiles = filesFromFolder(folder);
  const model = await DPT.load(files, { adapter: () => gpu.requestAdapter(), tuning: "off" });
  const grey: RawPicture = { width: 32, height: 32, data: new Uint8Array(3 * 32 * 32).fill(128) };
  const result = await model.segment(grey);
  const map = labelMapOf(result);
  const areas = geoJson(map).features.map(({ properties }) => properties.pixels);
  const told = {
    labels: [...new Set(result.labels)].length,
    pixels: areas.reduce((sum, pixels) => sum + pixels, 0),
    masks: coco(map, "grey.png").annotations.length,
    npy: npy(result, result.labels).length,
    adapter: model.adapter,
    others: [typeof doctorText, typeof WorkerDPT.load],
  };
  model.dispose();
  return told;
}

/** Without a network a model of the hub is an error that says so. */
export async function missing(cache: string, options: HubCacheOptions): Promise<string> {
  const loading = DPT.fromPretrained("nobody/nothing", { cache: hubCache(cache, options), offline: true });
  return loading.then(
    () => "loaded",
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : "no error"),
  );
}
