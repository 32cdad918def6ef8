import type { DeviceDescription } from "../../runtime/device-description.ts";
import type { Clock } from "../../runtime/examined-device.ts";
import type { Precision } from "../../runtime/tensor.ts";

/** What came of one way to compute one thing. */
export interface PathResult {
  /** `matmul`, `attention`, … */
  readonly case: string;
  readonly precision: Precision;
  /** `workgroup tiles 64×64×16`; `only way` where there is no other. */
  readonly path: string;
  readonly status: "right" | "wrong" | "does not run" | "not tried";
  /** Largest error over the largest value; infinite for NaN. */
  readonly error?: number;
  /** Why it does not run. */
  readonly message?: string;
}

/** What a self-test has found; plain data, for a bug report. */
export interface DoctorReport extends DeviceDescription {
  /** The browser, or Node. */
  readonly agent: string | undefined;
  readonly clock: Clock;
  readonly results: readonly PathResult[];
  /** Kinds of paths that models on this adapter do without from now on. */
  readonly switchedOff: readonly string[];
  /** Whether there was where to keep that. */
  readonly isKept: boolean;
  readonly seconds: number;
}
