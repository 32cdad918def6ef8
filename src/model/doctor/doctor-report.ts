import type { DeviceDescription } from "../../runtime/device/device-description.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Clock } from "../../runtime/session/examined-device.ts";

/** What came of one way to compute one thing. */
export interface PathResult {
  /** `matmul`, `attention`, … */
  readonly case: string;
  readonly precision: Precision;
  /** `workgroup tiles 64×64×16`; `only way` where there is no other. */
  readonly path: string;
  /** `not done` is what had no answer yet when time was up, `not tried` what had not begun by then, or before the device was lost. */
  readonly status: "right" | "wrong" | "does not run" | "not done" | "not tried";
  /** Largest error over the largest value; none where there was no answer, or numbers that are not finite. */
  readonly error?: number;
  /** What the error may be at most. */
  readonly bound: number;
  /** From its start to its answer, most of it spent in the compiler; others are on the way meanwhile. */
  readonly seconds?: number;
  /** Why it does not run, or has no error. */
  readonly message?: string;
}

/** What a self-test has found; plain data, for a bug report. */
export interface DoctorReport extends DeviceDescription {
  /** Of dpt-webgpu. */
  readonly version: string;
  /** When it ended, as ISO 8601 has it. */
  readonly date: string;
  /** The browser and its operating system, or Node. */
  readonly agent: string | undefined;
  /** What the caller knows of the place: its operating system, the commit. */
  readonly about: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** What was heard when the device was lost, if it was. */
  readonly lost: string | undefined;
  readonly results: readonly PathResult[];
  /** Kinds of paths that models on this adapter do without from now on. */
  readonly switchedOff: readonly string[];
  /** Whether there was where to keep that. */
  readonly isKept: boolean;
  readonly seconds: number;
}

/** Whether a path is not to be taken. */
export function isBad({ status }: PathResult): boolean {
  return status === "wrong" || status === "does not run";
}
