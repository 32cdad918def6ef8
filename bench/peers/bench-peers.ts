import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseConfig, UsageError } from "../../src/index.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import { currentCommit } from "../current-commit.ts";
import { saveReport } from "../report/save-report.ts";
import { isSeededName, SEEDED_MODELS } from "../seeded/seeded-models.ts";
import type { NetworkTask } from "./contestant.ts";
import type { AttentionForm } from "./export-onnx/backbone.ts";
import { type Match, networkMatches, operatorMatches } from "./matches.ts";
import { openNodePlace } from "./node/node-place.ts";
import { peersTable } from "./peers-table.ts";
import { type MatchResult, play } from "./play.ts";
import { writeSeededFolder } from "./write-seeded-folder.ts";

export interface PeersOptions {
  /** A folder, or the name of a seeded model. */
  readonly model: string;
  readonly size: number;
  readonly dtype: Precision;
  readonly runs: number;
  readonly only?: readonly string[];
  readonly attention: AttentionForm;
  /** The model at that size for LiteRT.js, which takes part only then. */
  readonly tflite?: string;
  readonly software: boolean;
  readonly json: boolean;
  readonly save: boolean;
}

/** What a run of `bench peers` leaves. */
export interface PeersReport {
  readonly bench: "peers";
  readonly date: string;
  readonly commit: string;
  /** By place, as far as each tells. */
  readonly adapters: Readonly<Partial<Record<Match["place"], string>>>;
  readonly model: string;
  /** Whether the weights are drawn instead of trained; formerly they never were. */
  readonly seeded?: boolean;
  readonly size: number;
  readonly precision: Precision;
  /** How the ONNX file has attention. */
  readonly attention: AttentionForm;
  readonly runs: number;
  readonly results: readonly MatchResult[];
}

const log = (line: string): void => console.error(line);

/** `npm run bench -- peers`. */
export async function benchPeers(options: PeersOptions): Promise<void> {
  checkInstalled();
  const report = withoutPaths(await measure(options));
  console.log(options.json ? JSON.stringify(report, null, 1) : peersTable(report));
  if (options.save) await saveReport(report, fileName(report));
}

/** @throws UsageError that says how to install what is missing */
function checkInstalled(): void {
  const folder = fileURLToPath(new URL("node_modules/onnxruntime-node", import.meta.url));
  if (existsSync(folder)) return;
  throw new UsageError(
    "peers: want them installed in bench/peers, got none. Run npm ci --prefix bench/peers --ignore-scripts (about 1 GB on disk).",
  );
}

async function measure(options: PeersOptions): Promise<PeersReport> {
  const { size, dtype: precision, runs, attention } = options;
  const scratch = await mkdtemp(join(tmpdir(), "dpt-webgpu-peers-"));
  const node = await openNodePlace(options);
  try {
    const { folder, seeded } = await modelFolder(options.model, scratch);
    const config = parseConfig(JSON.parse(await readFile(join(folder, "config.json"), "utf8")));
    const shape = [1, config.backbone.channelsIn, size, size];
    const onnx = join(scratch, "model");
    const tflite = options.tflite !== undefined && { tflite: resolve(options.tflite) };
    const task: NetworkTask = { kind: "network", model: resolve(folder), onnx, ...tflite, shape, precision };
    const matches = choose([...networkMatches(task, config), ...operatorMatches(config, size)], options.only);
    const ofNode = matches.filter(({ place }) => place === "node");
    const ofPage = matches.filter(({ place }) => place === "page");
    await writeModel(folder, onnx, task, attention);

    const inNode = await play(ofNode, (name, its) => node.start(name, its as NetworkTask), runs, log);
    node.close();
    const inPage = ofPage.length > 0 ? await playInPage(ofPage, runs) : undefined;
    return {
      bench: "peers",
      date: new Date().toISOString().slice(0, 10),
      commit: currentCommit(),
      adapters: { ...(ofNode.length > 0 && { node: node.adapter }), ...(inPage && { page: inPage.adapter }) },
      model: seeded ? options.model : relative(".", options.model),
      seeded,
      size,
      precision,
      attention,
      runs,
      results: [...inNode, ...(inPage?.results ?? [])],
    };
  } finally {
    node.close();
    await rm(scratch, { recursive: true });
  }
}

/** @throws UsageError for a name that no match has */
function choose(matches: readonly Match[], only: readonly string[] | undefined): readonly Match[] {
  if (!only) return matches;
  const names = new Set(matches.map(({ name }) => name));
  const unknown = only.filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new UsageError(`--only: want some of ${[...names].join(", ")}, got ${unknown.join(", ")}. Check the names.`);
  }
  return matches.filter(({ name }) => only.includes(name));
}

/** A model folder on this machine's disk. @throws UsageError for what is neither a folder nor a seeded model's name */
async function modelFolder(model: string, scratch: string): Promise<{ folder: string; seeded: boolean }> {
  if (existsSync(model)) return { folder: model, seeded: false };
  if (!isSeededName(model)) {
    const names = Object.keys(SEEDED_MODELS).join(", ");
    throw new UsageError(`--model: want a folder or one of ${names}, got ${model}. Check the path.`);
  }
  const folder = join(scratch, model);
  log(`${model} is drawn from a seed`);
  await writeSeededFolder(model, folder);
  return { folder, seeded: true };
}

/** `2026-11-23-some-adapter-peers-dpt-large-ade-480x480-f16.json`. */
function fileName({ date, adapters, model, seeded, size, precision }: PeersReport): string {
  const adapter = Object.values(adapters)[0]!;
  const name = [basename(model), ...(seeded ? ["seeded"] : []), `${size}x${size}`, precision].join("-");
  return `${date}-${adapter.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-peers-${name}.json`;
}

const FOLDERS = new Set(["onnx", "tflite"]);

/** The report with the model named alike everywhere, and no folder of this machine. */
function withoutPaths(report: PeersReport): PeersReport {
  const named = (key: string, value: unknown) =>
    FOLDERS.has(key) ? undefined : key === "model" ? report.model : value;
  return JSON.parse(JSON.stringify(report, named));
}

/** The model as ONNX, laid out as transformers.js wants a model folder. */
async function writeModel(
  model: string,
  folder: string,
  { shape, precision }: NetworkTask,
  attention: AttentionForm,
): Promise<void> {
  // Not before checkInstalled: it needs the ONNX format's protobuf classes.
  const { exportFolder } = await import("./export-onnx/export-folder.ts");
  await exportFolder(model, join(folder, "onnx/model.onnx"), { shape, precision, attention });
  await writeFile(join(folder, "config.json"), await readFile(join(model, "config.json")));
}

async function playInPage(matches: readonly Match[], runs: number) {
  // Not before it is needed: a bundler and a browser's driver take their time.
  const { openPagePlace } = await import("./page/page-place.ts");
  const page = await openPagePlace();
  try {
    const results: MatchResult[] = [];
    for (const kind of new Set(matches.map(({ task }) => task.kind))) {
      const ofKind = matches.filter(({ task }) => task.kind === kind);
      results.push(...(await play(ofKind, page.start, runs, log)));
    }
    return { results, adapter: page.adapter };
  } finally {
    await page.close();
  }
}
