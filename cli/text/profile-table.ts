import type { KernelTime } from "../../src/index.ts";
import { formatShare } from "./format-share.ts";
import { textTable } from "./text-table.ts";

interface Row {
  calls: number;
  seconds: number;
  flops: number;
  bytes: number;
}

/** Time by kernel and shape, the slowest first; bytes count each input and output once. */
export function profileTable(times: readonly KernelTime[]): string {
  const rows = new Map<string, Row>();
  for (const { label, seconds, flops, bytes } of times) {
    const row = rows.get(label) ?? { calls: 0, seconds: 0, flops: 0, bytes: 0 };
    row.calls++;
    row.seconds += seconds;
    row.flops += flops;
    row.bytes += bytes;
    rows.set(label, row);
  }
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const sorted = [...rows].sort(([, a], [, b]) => b.seconds - a.seconds);
  return textTable(
    ["kernel", ">calls", ">ms", ">share", ">GFLOP/s", ">GB/s"],
    sorted.map(([label, { calls, seconds, flops, bytes }]) => [
      label,
      String(calls),
      (1000 * seconds).toFixed(2),
      formatShare(total > 0 ? seconds / total : 0),
      rate(flops, seconds),
      rate(bytes, seconds),
    ]),
  );
}

/** Billions a second; clocks that are too coarse for a kernel tell nothing. */
function rate(amount: number, seconds: number): string {
  return seconds > 0 ? (amount / seconds / 1e9).toFixed(2) : "-";
}
