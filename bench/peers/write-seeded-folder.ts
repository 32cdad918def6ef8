import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ByteSource } from "../../src/runtime/sources/byte-source.ts";
import type { SeededName } from "../seeded/seeded-models.ts";
import { seededSource } from "../seeded/seeded-source.ts";

const FILES = ["config.json", "preprocessor_config.json", "model.safetensors"];
const CHUNK_BYTES = 2 ** 26;

/** Writes a seeded model as the folder that the hub would give: everyone loads from the disk, as with real weights. */
export async function writeSeededFolder(name: SeededName, folder: string): Promise<void> {
  const files = seededSource(name);
  await mkdir(folder, { recursive: true });
  for (const file of FILES) {
    await pipeline(Readable.from(chunks((await files.open(file))!)), createWriteStream(join(folder, file)));
  }
}

async function* chunks(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += CHUNK_BYTES) {
    yield await source.read(at, Math.min(source.size, at + CHUNK_BYTES));
  }
}
