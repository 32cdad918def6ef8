/** What an app with a page writes: compiled with the strictest settings against the packed declarations (packed.test.ts). */
import {
  type DepthMap,
  type DepthMapOnDevice,
  DPT,
  DptError,
  filesFromBlobs,
  MemoryError,
  type ModelMethods,
  models,
  type PictureSource,
  type Progress,
  type RemoteDPT,
  type Segmentation,
  type StreamedFrame,
} from "dpt-webgpu";
import { type DoctorReport, doctor, doctorText } from "dpt-webgpu/doctor";
import { backProject, coco, geoJson, glb, labelMapOf, npy, ply, svg } from "dpt-webgpu/formats";
import { DPT as WorkerDPT } from "dpt-webgpu/worker";

interface Settings {
  readonly dtype?: "f32" | "f16" | "q8" | "q4";
  readonly palette?: "ade20k" | "camvid";
}

/** An option that may be undefined is handed on as it is, also under exactOptionalPropertyTypes. */
export async function open(id: string, { dtype }: Settings, bar: HTMLProgressElement): Promise<DPT> {
  const onProgress = ({ phase, done, total }: Progress) => {
    bar.title = phase;
    bar.value = done / total;
  };
  const signal = AbortSignal.timeout(60_000);
  return DPT.fromPretrained(id, { dtype, onProgress, signal, revision: undefined, onNotice: console.warn });
}

export async function label(model: DPT, image: HTMLImageElement, { palette }: Settings): Promise<string | undefined> {
  const result: Segmentation = await model.segment(image, { scores: true, tile: { width: 480, height: 360 } });
  const canvas = document.createElement("canvas");
  result.overlay(canvas, { alpha: 0.5, palette, classes: ["road", 3] });
  const first = result.labels[0];
  return first === undefined ? undefined : result.classes[first];
}

export async function each(model: DPT, pictures: readonly PictureSource[]): Promise<readonly Float32Array[]> {
  const maps = await model.depth(pictures, { batch: 2, size: "native" });
  return maps.map(({ depth }) => depth);
}

export async function draw(model: DPT, frame: VideoFrame, layout: GPUBindGroupLayout): Promise<GPUBindGroup> {
  const map: DepthMapOnDevice<"texture"> = await model.depth(frame, { output: "texture" });
  const device: GPUDevice = model.device;
  const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: map.texture.createView() }] });
  const { unit } = await map.read();
  console.log(unit);
  map.dispose();
  return group;
}

export async function label8(model: DPT, texture: GPUTexture): Promise<GPUBuffer> {
  const { buffer } = await model.segment(texture, { output: "buffer" });
  return buffer;
}

export async function watch(model: ModelMethods, video: HTMLVideoElement | MediaStream, signal: AbortSignal) {
  const told: (number | undefined)[] = [];
  for await (const frame of model.stream(video, { smoothing: 0.8, longest: 1280, signal })) {
    const { segmentation, fps, latency, dropped, time }: StreamedFrame = frame;
    told.push(fps, latency, dropped, time, segmentation?.labels.length);
  }
  return told;
}

export async function beside(script: URL): Promise<readonly [RemoteDPT, ModelMethods]> {
  const own = await DPT.load("./model/", { worker: new Worker(script, { type: "module" }) });
  const other = await WorkerDPT.fromPretrained("Intel/dpt-large-ade", { dtype: "f16" });
  // @ts-expect-error A device cannot go to a worker.
  await DPT.load("./model/", { worker: true, device: own as unknown as GPUDevice });
  return [own, other];
}

export async function files(map: DepthMap, result: Segmentation, photo: ImageData, png: Uint8Array<ArrayBuffer>) {
  const labels = labelMapOf(result);
  const pixels = { width: photo.width, height: photo.height, data: photo.data };
  const [corner] = geoJson(labels, { simplify: 1 }).features;
  const [first] = coco(labels, "a.png").annotations;
  const { positions } = backProject(map, { fov: 70 });
  const mesh = await glb(map, { mimeType: "image/png", data: png });
  const parts = [npy(map, map.depth), ply(map, pixels), mesh, svg(labels)];
  return { parts, name: corner?.properties.name, counts: first?.segmentation.counts, x: positions[0] };
}

export async function examine(): Promise<string> {
  const report: DoctorReport = await doctor({ signal: AbortSignal.timeout(10_000) });
  return doctorText(report);
}

export async function kept(list: FileList, drop: DragEvent): Promise<number> {
  using model = await DPT.load(list);
  await DPT.load(filesFromBlobs("mine", { "config.json": new Blob(["{}"]) }));
  if (drop.dataTransfer) await DPT.load(drop.dataTransfer);
  for (const { name, bytes } of await models.list()) if (bytes > 1e9) await models.delete(name);
  return model.memory.weights;
}

export function said(error: unknown): string {
  if (error instanceof MemoryError) return `${error.allocated ?? "?"} bytes: ${error.message}`;
  return error instanceof DptError ? `${error.name}: ${error.message}` : String(error);
}
