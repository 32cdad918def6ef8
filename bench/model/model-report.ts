import type { Size, WeightFormat } from "../../src/index.ts";
import type { Phase } from "./phases.ts";
import type { Timings } from "./timings.ts";

/** What was measured, where. */
export interface ReportHead {
  /** `2026-11-23`. */
  readonly date: string;
  readonly commit: string;
  readonly adapter: string;
  /** `node`, or what browser. */
  readonly place: string;
  readonly model: string;
  /** Whether the weights are drawn instead of trained. */
  readonly seeded: boolean;
  readonly picture: Size & { readonly name: string };
  readonly dtype: WeightFormat;
}

/** Times are seconds, sizes are bytes. */
export interface ModelReport extends ReportHead {
  readonly bench: "model";
  /** What the network worked at. */
  readonly size: Size;
  /** Layers of a model of f16 that f16 cannot hold. */
  readonly keptInF32: readonly string[];
  readonly cold: ColdTimes;
  readonly warm: WarmTimes;
  readonly plan: PlanCosts;
  /** A profiled run, phase by phase; empty where the adapter tells no times. */
  readonly phases: readonly PhaseTime[];
  /** Of a profiled run, decoding included: the phases together. 0 where the adapter tells no times. */
  readonly profiled: number;
  readonly memory: MemoryUse;
  /** Those that took longest in the profiled run, the slowest first. */
  readonly kernels: readonly KernelShare[];
}

/** From an adapter and a model folder to the first answer. */
export interface ColdTimes {
  /** Device, tables and weights, until they are on the GPU; where the model is seeded, with making them. */
  readonly load: number;
  readonly decode: number;
  readonly compile: number;
  readonly run: number;
  /** All that, and what lies between. */
  readonly total: number;
}

/** Runs after the first, not profiled. */
export interface WarmTimes {
  /** From the picture's file to the answer. */
  readonly picture: Timings;
  /** From pixels to the answer: what is left without decoding and packing. */
  readonly run: Timings;
  /** The plan's, over the median of `run`. */
  readonly flopsPerSecond: number;
}

/** What the recorded graph says of one picture. */
export interface PlanCosts {
  readonly flops: number;
  readonly dispatches: number;
  readonly pipelines: number;
}

export interface PhaseTime {
  readonly phase: Phase;
  /** `cpu` for what was measured as wall time. */
  readonly clock: "cpu" | "gpu";
  readonly seconds: number;
  /** Of the profiled run. */
  readonly share: number;
  readonly dispatches: number;
  readonly flops: number;
}

export interface MemoryUse {
  readonly weights: PlannedUse;
  /** Activations, input, constants, what is read back. */
  readonly beside: PlannedUse;
  /** Both as allocated. */
  readonly peak: number;
}

export interface PlannedUse {
  readonly planned: number;
  readonly allocated: number;
}

/** All dispatches of one kernel at one shape in one phase. */
export interface KernelShare {
  readonly phase: Phase;
  readonly label: string;
  readonly dispatches: number;
  readonly seconds: number;
  /** Of the profiled run. */
  readonly share: number;
  readonly flops: number;
  /** Each input and output once. */
  readonly bytes: number;
}

/** One model at several sizes. */
export interface GrowthReport extends ReportHead {
  readonly bench: "growth";
  /** By size, the smallest first. */
  readonly points: readonly GrowthPoint[];
}

export interface GrowthPoint {
  readonly size: Size;
  readonly flops: number;
  /** From pixels to the answer. */
  readonly run: Timings;
  /** Of processor time, which does not hang on what else the machine does; where the CPU does the adapter's work. */
  readonly processor?: Timings | undefined;
  readonly processorGrowth?: number | undefined;
  /** How much the time has grown since the smallest size, over how much the FLOPs have. */
  readonly growth: number;
}
