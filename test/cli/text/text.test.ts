import { expect, test } from "vitest";
import { formatBytes } from "../../../cli/text/format-bytes.ts";
import { formatDuration } from "../../../cli/text/format-duration.ts";
import { profileTable } from "../../../cli/text/profile-table.ts";
import { textTable } from "../../../cli/text/text-table.ts";

test("bytes and durations", () => {
  expect([0, 136, 1024, 51_912_704, 2 ** 40 * 5000].map(formatBytes)).toEqual([
    "0 bytes",
    "136 bytes",
    "1.00 KiB",
    "49.5 MiB",
    "5000 TiB",
  ]);
  expect([0.4, 87, 4210].map(formatDuration)).toEqual(["0 ms", "87 ms", "4.21 s"]);
});

test("a table aligns its columns and leaves no blanks at the ends of lines", () => {
  const table = textTable(
    ["name", ">size"],
    [
      ["a", "1"],
      ["long", "1000"],
    ],
  );
  expect(table.split("\n")).toEqual(["name  size", "a        1", "long  1000"]);
});

test("a profile sums equal kernels, the slowest first, and divides by no zero", () => {
  const table = profileTable([
    { part: "backbone", label: "matmul [1, 2]", seconds: 0.001, flops: 2e6, bytes: 1e6 },
    { part: "backbone", label: "relu [9]", seconds: 0, flops: 9, bytes: 72 },
    { part: "backbone", label: "conv2d [1,8]", seconds: 0.006, flops: 3e6, bytes: 3e6 },
    { part: "backbone", label: "matmul [1, 2]", seconds: 0.003, flops: 2e6, bytes: 1e6 },
  ]);
  expect(table.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
    ["kernel", "calls", "ms", "share", "GFLOP/s", "GB/s"],
    ["conv2d [1,8]", "1", "6.00", "60.00 %", "0.50", "0.50"],
    ["matmul [1, 2]", "2", "4.00", "40.00 %", "1.00", "0.50"],
    ["relu [9]", "1", "0.00", "0.00 %", "-", "-"],
  ]);
});
