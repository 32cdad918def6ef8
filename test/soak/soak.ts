import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT } from "../../src/index.ts";
import { gpuObjects } from "../../src/runtime/device/gpu-objects.ts";
import { faultyAdapters } from "../faulty-device.ts";
import { randomStream } from "../random.ts";
import { randomPicture, withProcessor } from "../small-models.ts";
import { type Held, heldOn } from "./held.ts";

const files = withProcessor(filesFromFolder("test/fixtures/cases/dpt-vit-seg"), { size: 32 });

export interface SoakOptions {
  readonly sizes: number;
  readonly pictures: number;
  readonly loads: number;
  readonly onProgress?: (done: string) => void;
}

export interface Soaked {
  /** After the first pictures of every size, and once more after all of them. */
  readonly pictures: readonly [Held, Held];
  /** After the first loads, and after all of them. */
  readonly loads: readonly [Held, Held];
  /** Pictures whose labels were not those of the first time. */
  readonly changed: number;
  /** Buffers and query sets that models left on their own devices when they were disposed of. */
  readonly left: number;
}

/** Pictures of many sizes in any order, some aborted, some profiled; then loads and disposals, some in mid-air. */
export async function soak({ sizes, pictures, loads, onProgress }: SoakOptions): Promise<Soaked> {
  const { adapter, made } = faultyAdapters();
  const device = await (await adapter()).requestDevice();
  made.splice(0);
  let changed = 0;
  const next = randomStream(5);
  const any = (count: number) => Math.min(count - 1, Math.floor(next() * count));

  const model = await DPT.load(files, { device });
  const first = new Map<number, string>();
  const look = async (i: number) => {
    const picture = randomPicture(20 + 3 * i, 24 + 2 * ((7 * i) % sizes));
    const { labels } = await model.segment(picture);
    const known = first.get(i) ?? labels.join();
    first.set(i, known);
    if (labels.join() !== known) changed++;
  };
  for (let i = 0; i < sizes; i++) await look(i);
  const before = await heldOn(device);
  for (let n = 0; n < pictures; n++) {
    await look(any(sizes));
    if (n % 10 === 0) await abortOne(model);
    if (n % 100 === 99) onProgress?.(`${n + 1} pictures`);
  }
  // The one that is held at the end is the one that was held before.
  for (let i = sizes - 2; i < sizes; i++) await look(i);
  const after = await heldOn(device);
  model.dispose();

  let left = 0;
  const load = async (n: number) => {
    await loadOne(adapter, n);
    const living = () => made.reduce((sum, own) => sum + gpuObjects(own.device).buffers, 0);
    // After a disposal in mid-air the memory goes when the call has let go of it.
    for (let i = 0; i < 600 && living() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
    left += living() + made.splice(0).reduce((sum, own) => sum + gpuObjects(own.device).querySets, 0);
  };
  const warm = Math.min(loads, 8);
  for (let n = 0; n < warm; n++) await load(n);
  const loadedBefore = await heldOn(device);
  for (let n = 0; n < loads; n++) {
    await load(n);
    if (n % 20 === 19) onProgress?.(`${n + 1} loads`);
  }
  const loadedAfter = await heldOn(device);
  device.destroy();
  return { pictures: [before, after], loads: [loadedBefore, loadedAfter], changed, left };
}

async function abortOne(model: DPT): Promise<void> {
  const controller = new AbortController();
  const call = model.segment(randomPicture(20, 24), { signal: controller.signal }).catch(() => {});
  setTimeout(() => controller.abort(), 5);
  await call;
}

/** One load and disposal: without a call, aborted, or disposed of during a call. */
async function loadOne(adapter: () => Promise<GPUAdapter>, n: number): Promise<void> {
  const controller = new AbortController();
  const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) => {
    if (n % 4 === 1 && done > total / 2) controller.abort();
  };
  const model = await DPT.load(files, { adapter, onProgress, signal: controller.signal }).catch(() => undefined);
  if (n % 8 === 2) {
    const call = model?.segment(randomPicture(20, 24)).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    model?.dispose();
    await call;
  }
  model?.dispose();
}
