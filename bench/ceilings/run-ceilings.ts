import type { BenchDevice } from "./bench-device.ts";
import type { Ceilings } from "./ceilings.ts";
import { type MeasureOptions, measureCeilings } from "./measure-ceilings.ts";

/** What an adapter can do at most, alone. */
export interface CeilingsReport {
  readonly bench: "ceilings";
  readonly date: string;
  readonly commit: string;
  readonly adapter: string;
  /** `node`, or what browser. */
  readonly place: string;
  readonly ceilings: Ceilings;
}

/** @throws Error if an answer is wrong */
export async function runCeilings(
  device: BenchDevice,
  { commit, place, ...options }: MeasureOptions & Pick<CeilingsReport, "commit" | "place">,
): Promise<CeilingsReport> {
  const ceilings = await measureCeilings(device, options);
  const date = new Date().toISOString().slice(0, 10);
  return { bench: "ceilings", date, commit, adapter: device.engine.adapter, place, ceilings };
}
