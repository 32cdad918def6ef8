import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "../../src/runtime/errors.ts";
import { quote } from "../../src/runtime/quote.ts";
import { isJsonObject, parseJsonObject } from "../../src/runtime/sources/read-json.ts";
import { packageRoot } from "../package-root.ts";

/** What PyTorch answers for a model of the hub and the photo of transformers' tests. */
export interface Golden {
  /** `logits` `[1, labels, H, W]` or `predicted_depth` `[1, H, W]`. */
  readonly output: string;
  readonly shape: readonly number[];
  /** Largest error that transformers' own test allows, beside a hundred-thousandth of the number itself. */
  readonly tolerance: number;
  /** The first rows and columns of the first label or of the depth. */
  readonly slice: readonly (readonly number[])[];
}

/** Those that this project knows, with their source in the file. */
export const GOLDEN_FILE = join(packageRoot(), "cli", "golden", "hub-golden.json");

/**
 * Reads golden numbers by the ids of their models.
 * @throws FileError if it is no such file
 */
export async function readGolden(path: string): Promise<ReadonlyMap<string, Golden>> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new FileError(`${path}: want golden numbers, got "${cause.message}". Check the path.`, { cause });
  });
  const { models } = parseJsonObject(path, bytes);
  if (!isJsonObject(models)) throw wrong(path, '"models" by id', models);
  return new Map(Object.entries(models).map(([id, value]) => [id, goldenOf(`${path}: ${id}`, value)]));
}

function goldenOf(where: string, value: unknown): Golden {
  if (!isJsonObject(value)) throw wrong(where, "an object", value);
  const { output, shape, tolerance, slice } = value;
  const isNumbers = (list: unknown): list is number[] => Array.isArray(list) && list.every(Number.isFinite);
  if (typeof output !== "string") throw wrong(where, '"output", a tensor\'s name', output);
  if (!isNumbers(shape) || shape.length < 3) throw wrong(where, '"shape" of [N, H, W] or [N, labels, H, W]', shape);
  if (typeof tolerance !== "number" || !(tolerance > 0)) throw wrong(where, '"tolerance" above 0', tolerance);
  const [height, width] = shape.slice(-2) as [number, number];
  const fits = (rows: unknown[]) => rows.length <= height && rows.every((row) => isNumbers(row) && row.length <= width);
  if (!Array.isArray(slice) || slice.length === 0 || !fits(slice)) {
    throw wrong(where, '"slice", rows of numbers inside the shape', slice);
  }
  return { output, shape, tolerance, slice };
}

function wrong(where: string, want: string, got: unknown): FileError {
  return new FileError(`${where}: want ${want}, got ${quote(got)}. See cli/golden/hub-golden.json for the format.`);
}
