import type { KernelTime } from "../../src/index.ts";
import type { KernelShare, PhaseTime } from "./model-report.ts";
import { PHASES, type Phase, phaseOf } from "./phases.ts";

/** What the CPU's clock says of one profiled run, in seconds. */
export interface CpuTimes {
  readonly decode: number;
  readonly upload: number;
  readonly readBack: number;
  /** The whole run. */
  readonly total: number;
}

interface Cost {
  seconds: number;
  dispatches: number;
  flops: number;
}

/** One profiled run by phase; the phases together are the whole run. */
export function phaseTimes(times: readonly KernelTime[], { decode, upload, readBack, total }: CpuTimes): PhaseTime[] {
  const onGpu = new Map<Phase, Cost>();
  for (const { part, seconds, flops } of times) {
    const phase = phaseOf(part);
    const cost = onGpu.get(phase) ?? { seconds: 0, dispatches: 0, flops: 0 };
    cost.seconds += seconds;
    cost.dispatches++;
    cost.flops += flops;
    onGpu.set(phase, cost);
  }
  const known = [decode, upload, readBack, ...[...onGpu.values()].map(({ seconds }) => seconds)];
  const rest = total - known.reduce((sum, seconds) => sum + seconds, 0);
  const onCpu: Partial<Record<Phase, number>> = { decode, upload, "read back": readBack, rest };
  return PHASES.flatMap((phase): PhaseTime[] => {
    const seconds = onCpu[phase];
    const cost = onGpu.get(phase);
    if (seconds !== undefined) {
      return [{ phase, clock: "cpu", seconds, share: seconds / total, dispatches: 0, flops: 0 }];
    }
    return cost ? [{ phase, clock: "gpu", share: cost.seconds / total, ...cost }] : [];
  });
}

/** The kernels that took longest, the slowest first; at most `count`. */
export function slowestKernels(times: readonly KernelTime[], total: number, count: number): KernelShare[] {
  const byName = new Map<string, KernelShare>();
  for (const { part, label, seconds, flops, bytes } of times) {
    const phase = phaseOf(part);
    const name = `${phase} ${label}`;
    const sum = byName.get(name) ?? { phase, label, dispatches: 0, seconds: 0, share: 0, flops: 0, bytes: 0 };
    byName.set(name, {
      ...sum,
      dispatches: sum.dispatches + 1,
      seconds: sum.seconds + seconds,
      share: sum.share + seconds / total,
      flops: sum.flops + flops,
      bytes: sum.bytes + bytes,
    });
  }
  return [...byName.values()].sort((a, b) => b.seconds - a.seconds).slice(0, count);
}
