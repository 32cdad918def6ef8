import { groupBy } from "../../bench/report/group-by.ts";
import type { KernelTime } from "../../src/index.ts";

/** All dispatches of one operator in one part of the model. */
export interface KernelBar {
  readonly part: string;
  /** The operator: `matmul`. */
  readonly kernel: string;
  readonly milliseconds: number;
  /** Of the whole, 0 to 1. */
  readonly share: number;
  readonly count: number;
}

/** Times by operator, the slowest first. */
export function kernelBars(times: readonly KernelTime[]): KernelBar[] {
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const groups = groupBy(times, ({ part, label }) => `${part} ${operatorOf(label)}`);
  const bars = groups.map((group): KernelBar => {
    const seconds = group.reduce((sum, time) => sum + time.seconds, 0);
    const { part, label } = group[0]!;
    return {
      part,
      kernel: operatorOf(label),
      milliseconds: 1000 * seconds,
      share: total > 0 ? seconds / total : 0,
      count: group.length,
    };
  });
  return bars.sort((a, b) => b.milliseconds - a.milliseconds);
}

/** A label is an operator and its shapes. */
function operatorOf(label: string): string {
  return label.split(" ")[0]!;
}
