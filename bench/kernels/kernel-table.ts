import type { KernelsReport } from "./bench-kernels.ts";

/** The report as a table in Markdown. */
export function kernelTable({ date, commit, adapter, model, size, results }: KernelsReport): string {
  const rows = results.map(({ role, label, error, seconds, flops, bytes }) => {
    const cells = [
      role,
      `\`${label}\``,
      error.toExponential(0),
      (seconds * 1e3).toPrecision(3),
      (flops / seconds / 1e9).toPrecision(3),
      (bytes / seconds / 1e9).toPrecision(2),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    `${adapter}; \`${model}\` at ${size}×${size}, f32; ${date}, commit ${commit}.`,
    "",
    "| in the model | kernel | error | ms | GFLOP/s | GB/s |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
