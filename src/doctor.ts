/// <reference types="@webgpu/types" preserve="true" />
import { ANSWERS } from "./model/doctor/answers.ts";
import { CASES } from "./model/doctor/cases.ts";
import type { DoctorReport } from "./model/doctor/doctor-report.ts";
import { type ExamineOptions, examine } from "./model/doctor/examine.ts";

export type { DoctorReport, PathResult } from "./model/doctor/doctor-report.ts";
export { doctorText } from "./model/doctor/doctor-text.ts";
export type { ExamineOptions } from "./model/doctor/examine.ts";

/**
 * The self-test: runs every kind of kernel, by every path, on the adapter in under ten seconds, and compares the answers with
 * stored ones. What is wrong is named, and models on that adapter do without it from then on, as long as the tuning store
 * keeps it. An entry of its own, `dpt-webgpu/doctor`, since a page needs it only when something is wrong.
 * @throws MachineError without an adapter or a device
 */
export function doctor(options: ExamineOptions = {}): Promise<DoctorReport> {
  return examine(CASES, ANSWERS, options);
}
