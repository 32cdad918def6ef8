import { DPT, type RemoteDPT } from "dpt-webgpu";

const input = document.querySelector("input")!;
const output = document.querySelector("output")!;
const canvas = document.querySelector("canvas")!;
const source = new URLSearchParams(location.search).get("model") ?? "Intel/dpt-large-ade";

// The page goes on drawing while the model loads and runs: both happen in a worker.
let model: RemoteDPT | undefined;

input.addEventListener("change", async () => {
  try {
    output.value = "Loading…";
    model ??= await DPT.fromPretrained(source, { worker: true });
    const photo = await createImageBitmap(input.files![0]!);
    const result = await model.segment(photo);
    canvas.width = photo.width;
    canvas.height = photo.height;
    canvas.getContext("2d")!.drawImage(photo, 0, 0);
    result.overlay(canvas);
    output.value = `${new Set(result.labels).size} classes`;
  } catch (error) {
    output.value = (error as Error).message;
  }
});
