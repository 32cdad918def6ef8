import { readFile } from "node:fs/promises";
import { FileError } from "../../src/runtime/errors.ts";
import type { KernelResult, KernelsReport } from "../kernels/kernels-report.ts";
import type { GrowthReport, ModelReport } from "../model/model-report.ts";
import type { PeersReport } from "../peers/bench-peers.ts";

type Figures = "role" | "label" | "error" | "seconds" | "samples" | "flops" | "bytes";

/** A kernel's figures; what became part of them later may be missing. */
export type SavedKernel = Pick<KernelResult, Figures> & Partial<Omit<KernelResult, Figures>>;

/** What every report of kernels has said. */
type About = "bench" | "date" | "commit" | "adapter";

/** A report of kernels as it may lie on a disk: of today, or of a time without what is optional here. */
export interface SavedKernels extends Pick<KernelsReport, About>, Partial<Omit<KernelsReport, About | "results">> {
  /** In the place of `models`, formerly. */
  readonly model?: string;
  readonly size?: number;
  readonly results: readonly SavedKernel[];
}

export type SavedReport = SavedKernels | ModelReport | GrowthReport | PeersReport;

const KINDS: ReadonlySet<unknown> = new Set<SavedReport["bench"]>(["kernels", "model", "growth", "peers"]);

/** @throws FileError if a file is missing or is no report of the benchmark */
export async function readReports(paths: readonly string[]): Promise<SavedReport[]> {
  return Promise.all(paths.map(async (path) => parseReport(await textOf(path), path)));
}

/** @throws FileError naming `path` if the text is no report of the benchmark */
export function parseReport(text: string, path: string): SavedReport {
  const value = parseJson(text, path);
  // What a report's fields hold is up to the bench that wrote it.
  if (typeof value === "object" && value && "bench" in value && KINDS.has(value.bench)) return value as SavedReport;
  throw new FileError(`${path}: want a report with "bench": ${[...KINDS].join(", ")}, got another file. Leave it out.`);
}

const LATER: Readonly<Record<keyof Omit<KernelsReport, About | "results">, true>> = {
  place: true,
  dtype: true,
  models: true,
  ceilings: true,
  missing: true,
};

/** Whether a report has what today's table of kernels shows. */
export function isCurrent(report: SavedKernels): report is KernelsReport {
  return Object.keys(LATER).every((field) => field in report);
}

/** The adapter of a report; a page's if nothing ran in Node. */
export function adapterOf(report: SavedReport): string {
  return report.bench === "peers" ? (report.adapters.node ?? report.adapters.page ?? "no adapter") : report.adapter;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new FileError(`${path}: want a file, got "${(cause as Error).message}". Check the path.`, { cause });
  });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FileError(`${path}: want JSON, got "${(cause as Error).message}". Was it cut short?`, { cause });
  }
}
