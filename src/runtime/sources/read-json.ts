import { FileError } from "../errors.ts";
import type { ModelFiles } from "./byte-source.ts";

export interface ReadJsonOptions {
  /** Whether a missing file is an error; `false` by default. */
  readonly required?: boolean;
  /** Larger files are refused before they are read; 16 MiB by default. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A JSON object as parsed: any key may be missing and any value may be of any kind. */
export type JsonObject = Readonly<Record<string, unknown>>;

export async function readJson(
  files: ModelFiles,
  name: string,
  options: ReadJsonOptions & { readonly required: true },
): Promise<JsonObject>;
export async function readJson(
  files: ModelFiles,
  name: string,
  options?: ReadJsonOptions,
): Promise<JsonObject | undefined>;
/**
 * Reads a JSON file of a model folder; `undefined` if there is none and it is not required.
 * @throws FileError if it is missing though required, too large, not UTF-8, not JSON or not an object.
 */
export async function readJson(
  files: ModelFiles,
  name: string,
  { required = false, maxBytes = 16 * 1024 * 1024, signal }: ReadJsonOptions = {},
): Promise<JsonObject | undefined> {
  const source = await files.open(name, signal);
  if (!source) {
    if (!required) return undefined;
    throw new FileError(`${files.name}: want a file "${name}", got none. Download it to where the weights lie.`);
  }
  if (source.size > maxBytes) {
    throw new FileError(
      `${source.name}: want JSON of at most ${maxBytes} bytes, got ${source.size}. Is it the right file?`,
    );
  }
  return parseJsonObject(source.name, await source.read(0, source.size, signal));
}

/** @throws FileError, naming `where`, unless the bytes are a JSON object in UTF-8. */
export function parseJsonObject(where: string, bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(`${where}: want JSON in UTF-8, got "${message}". Download it again.`, { cause });
  }
  if (!isJsonObject(value)) {
    const kind = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
    throw new FileError(`${where}: want a JSON object, got ${kind}. Is it the right file?`);
  }
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
