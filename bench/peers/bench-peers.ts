import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ModelConfig, parseConfig, UsageError } from "../../src/index.ts";
import { currentCommit } from "../current-commit.ts";
import { replaceTable } from "../replace-table.ts";
import type { NetworkTask } from "./contestant.ts";
import type { AttentionForm } from "./export-onnx/backbone.ts";
import { type Match, networkMatches, operatorMatches } from "./matches.ts";
import { openNodePlace } from "./node/node-place.ts";
import { peersTable } from "./peers-table.ts";
import { type MatchResult, play } from "./play.ts";

export interface PeersOptions {
  readonly model: string;
  readonly size: number;
  readonly runs: number;
  readonly only?: readonly string[];
  readonly attention: AttentionForm;
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
  readonly size: number;
  readonly precision: "f32";
  /** How the ONNX file has attention. */
  readonly attention: AttentionForm;
  readonly runs: number;
  readonly results: readonly MatchResult[];
}

const log = (line: string): void => console.error(line);

/** `npm run bench -- peers`. */
export async function benchPeers(options: PeersOptions): Promise<void> {
  checkInstalled();
  const config = parseConfig(JSON.parse(await readFile(join(options.model, "config.json"), "utf8")));
  const report = await measure(config, options);
  const table = peersTable(report);
  console.log(options.json ? JSON.stringify(report, withoutPaths, 1) : table);
  if (!options.save) return;
  await mkdir("bench/results", { recursive: true });
  const adapter = Object.values(report.adapters)[0]!;
  const name = `${report.date}-${adapter.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-peers.json`;
  await writeFile(join("bench/results", name), `${JSON.stringify(report, withoutPaths, 1)}\n`);
  await replaceTable("README.md", "peers", table);
}

/** @throws UsageError that says how to install what is missing */
function checkInstalled(): void {
  const folder = fileURLToPath(new URL("node_modules/onnxruntime-node", import.meta.url));
  if (existsSync(folder)) return;
  throw new UsageError(
    "peers: want them installed in bench/peers, got none. Run npm ci --prefix bench/peers --ignore-scripts (about 1 GB on disk).",
  );
}

async function measure(config: ModelConfig, options: PeersOptions): Promise<PeersReport> {
  const { model, size, runs, attention } = options;
  const scratch = await mkdtemp(join(tmpdir(), "dpt-webgpu-peers-"));
  const node = await openNodePlace(options);
  try {
    const shape = [1, config.backbone.channelsIn, size, size];
    const onnx = join(scratch, "model");
    const task: NetworkTask = { kind: "network", model: resolve(model), onnx, shape, software: node.software };
    const matches = choose([...networkMatches(task, config), ...operatorMatches(config, size)], options.only);
    const ofNode = matches.filter(({ place }) => place === "node");
    const ofPage = matches.filter(({ place }) => place === "page");
    await writeModel(model, onnx, task, attention);

    const inNode = await play(ofNode, (name, its) => node.start(name, its as NetworkTask), runs, log);
    node.close();
    const inPage = ofPage.length > 0 ? await playInPage(ofPage, runs) : undefined;
    return {
      bench: "peers",
      date: new Date().toISOString().slice(0, 10),
      commit: currentCommit(),
      adapters: { ...(ofNode.length > 0 && { node: node.adapter }), ...(inPage && { page: inPage.adapter }) },
      model,
      size,
      precision: "f32",
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

/** What is saved names the model as it was asked for, and no folder of this machine. */
function withoutPaths(key: string, value: unknown): unknown {
  if (key === "onnx") return undefined;
  return key === "model" && typeof value === "string" ? relative(".", value) : value;
}

/** The model as ONNX, laid out as transformers.js wants a model folder. */
async function writeModel(model: string, folder: string, { shape }: NetworkTask, attention: AttentionForm) {
  // Not before checkInstalled: it needs the ONNX format's protobuf classes.
  const { exportFolder } = await import("./export-onnx/export-folder.ts");
  await exportFolder(model, join(folder, "onnx/model.onnx"), { shape, precision: "f32", attention });
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
