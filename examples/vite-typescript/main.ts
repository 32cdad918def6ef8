import { DPT, type Progress } from "dpt-webgpu";

const input = document.querySelector("input")!;
const output = document.querySelector("output")!;
const canvas = document.querySelector("canvas")!;
const source = new URLSearchParams(location.search).get("model") ?? "Intel/dpt-large-ade";

let model: DPT | undefined;
/** A photo that is chosen while another one is looked at takes its place. */
let current = new AbortController();

input.addEventListener("change", async () => {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const photo = input.files?.[0];
  if (!photo) return;
  try {
    model ??= await DPT.fromPretrained(source, { onProgress: showProgress });
    const result = await model.segment(photo, { signal });
    canvas.width = result.width;
    canvas.height = result.height;
    canvas.getContext("2d")!.drawImage(await createImageBitmap(photo), 0, 0);
    result.overlay(canvas, { alpha: 0.6 });
    output.value = `${new Set(result.labels).size} classes`;
  } catch (error) {
    if (!signal.aborted) output.value = (error as Error).message;
  }
});

function showProgress({ phase, done, total }: Progress): void {
  output.value = `${phase}: ${Math.round((100 * done) / total)} %`;
}
