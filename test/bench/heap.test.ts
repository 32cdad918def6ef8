import { expect, test } from "vitest";
import { runHeap } from "../../bench/heap/run-heap.ts";
import { seededSource } from "../../bench/seeded/seeded-source.ts";

test("a checkpoint of 390 MB loads in a JS heap of half that, over HTTP once and then from what the browser keeps", async () => {
  const files = seededSource("depth-anything-v2-base");
  const { size } = (await files.open("model.safetensors"))!;
  expect(size).toBeGreaterThan(380e6);
  const [first, second] = await runHeap(files, [
    { place: "worker", keep: true },
    { place: "page", keep: true },
  ]);
  for (const { heap, before, samples, weights } of [first!, second!]) {
    // V8 lets about 64 MB of arrays go to waste before it collects them; what is in use is about as much.
    expect(heap).toBeLessThan(200e6);
    // The watch has seen the load: several blocks of 4 MiB, often enough.
    expect(heap - before).toBeGreaterThan(16e6);
    expect(samples).toBeGreaterThan(10);
    expect(weights).toBeGreaterThan(size);
  }
  // All of it once, and the beginning of each file twice at most.
  expect(first!.sent).toBeGreaterThanOrEqual(size);
  expect(first!.sent).toBeLessThan(size + 1e6);
  expect(second!.sent).toBeLessThan(1e6);
  expect(second!.kept).toBeGreaterThan(size);
});
