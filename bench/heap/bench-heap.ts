import { textTable } from "../../cli/text/text-table.ts";
import type { WeightFormat } from "../../src/index.ts";
import type { SeededName } from "../seeded/seeded-models.ts";
import { seededSource } from "../seeded/seeded-source.ts";
import { type HeapReport, runHeap } from "./run-heap.ts";

export interface HeapOptions {
  readonly model: SeededName;
  readonly dtype?: WeightFormat;
  /** Megabytes. */
  readonly most: number;
  readonly json: boolean;
}

/** Not kept, on the page; then in a worker that keeps it; then from what is kept, in both. */
const LOADS = [
  { name: "from the server, on the page", place: "page", keep: false },
  { name: "from the server, kept, in a worker", place: "worker", keep: true },
  { name: "from what is kept, in a worker", place: "worker", keep: true },
  { name: "from what is kept, on the page", place: "page", keep: true },
] as const;

/** `npm run bench -- heap`; its exit code is 1 if the heap was too large. */
export async function benchHeap({ model, dtype, most, json }: HeapOptions): Promise<void> {
  const files = seededSource(model);
  const reports = await runHeap(
    files,
    LOADS.map(({ place, keep }) => ({ place, keep, ...(dtype && { dtype }) })),
  );
  const { size } = (await files.open("model.safetensors"))!;
  if (json) console.log(JSON.stringify({ model, size, reports }, null, 2));
  else console.log(`${model}, a file of ${megabytes(size)}, drawn as it is asked for; Chromium\n\n${table(reports)}`);
  const largest = Math.max(...reports.map(({ heap }) => heap));
  if (!(largest <= most * 1e6)) {
    console.error(`heap: want at most ${most} MB, got ${megabytes(largest)}.`);
    process.exitCode = 1;
  }
}

function table(reports: readonly HeapReport[]): string {
  const headings = ["loaded", ">largest JS heap", ">before", ">over the line", ">kept", ">on the GPU", ">seconds"];
  const rows = reports.map(({ heap, before, sent, kept, weights, milliseconds }, i) => [
    LOADS[i]!.name,
    ...[heap, before, sent, kept, weights].map(megabytes),
    (milliseconds / 1000).toFixed(1),
  ]);
  return textTable(headings, rows);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
