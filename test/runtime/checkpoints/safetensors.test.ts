import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSafetensorsHeader } from "../../../src/runtime/checkpoints/safetensors.ts";
import { readStoredTensor } from "../../../src/runtime/checkpoints/stored-tensor.ts";
import {
  planSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from "../../../src/runtime/checkpoints/write-safetensors.ts";
import { FileError, UsageError } from "../../../src/runtime/errors.ts";
import { bytesPerElement, type StoredDType } from "../../../src/runtime/floats.ts";
import { memoryFile } from "../memory-file.ts";

const fixture = "test/fixtures/cases/dpt-vit-seg/model.safetensors";

async function collect(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function fileOf(header: string | Uint8Array, dataBytes: number, declared?: bigint): Uint8Array<ArrayBuffer> {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, declared ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const entry = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = "F32") =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

describe("reading", () => {
  test("only the header of a real file is read", async () => {
    const bytes = new Uint8Array(await readFile(fixture));
    const file = memoryFile(bytes);
    const { tensors, metadata } = await readSafetensorsHeader(file);
    const dataBegin = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(file.reads).toEqual([
      [0, 8],
      [8, dataBegin],
    ]);
    expect(tensors.size).toBe(216);
    expect([...metadata]).toEqual([["format", "pt"]]);
    const tensor = tensors.get("auxiliary_head.head.0.weight")!;
    expect(tensor).toMatchObject({ dtype: "F32", shape: [32, 32, 3, 3], end: tensor.begin + 36864 });
    expect(await readStoredTensor(tensor)).toEqual(bytes.slice(tensor.begin, tensor.end));
  });

  test("scalars, empty tensors, padding and names that JavaScript objects know are fine", async () => {
    const header = `{"__proto__":${entry([], 0, 4)},"constructor":${entry([0, 3], 4, 4)},"":${entry([2 ** 53 - 1, 0], 4, 4)}}   `;
    const { tensors } = await readSafetensorsHeader(memoryFile(fileOf(header, 4)));
    expect([...tensors.keys()]).toEqual(["__proto__", "constructor", ""]);
    expect(tensors.get("__proto__")!.shape).toEqual([]);
    expect(await readStoredTensor(tensors.get("constructor")!)).toEqual(new Uint8Array(0));
  });

  test("a key may hold escaped quotes and colons", async () => {
    const name = '\\":"\\\\';
    const { tensors } = await readSafetensorsHeader(
      memoryFile(fileOf(`{${JSON.stringify(name)} : ${entry([1], 0, 4)}}`, 4)),
    );
    expect([...tensors.keys()]).toEqual([name]);
  });

  const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  test.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    ["shorter than its prefix", new Uint8Array(7), /want at least 8 bytes, got 7/],
    ["no header", fileOf("", 100), /want a header of 1 to 100 bytes, got 0/],
    ["a header beyond the file", fileOf("{}", 0, 3n), /want a header of 1 to 2 bytes, got 3/],
    ["a header of 2^53 bytes", fileOf("{}", 0, 2n ** 53n), /got 9007199254740992/],
    ["a header of 2^64 - 1 bytes", fileOf("{}", 0, 2n ** 64n - 1n), /got 18446744073709551615/],
    ["a Git LFS pointer", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"), /Git LFS/],
    ["not beginning with a brace", fileOf(" {}", 0), /begins with "\{"/],
    ["not JSON", fileOf('{"a":', 0), /want JSON in UTF-8/],
    ["not UTF-8", fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 0), /want JSON in UTF-8/],
    ["nested without end", fileOf(deep, 0), /want (JSON|dtype)/],
    ["an entry that is a number", fileOf('{"a":1}', 0), /"a": want dtype, shape and data_offsets, got 1/],
    ["an entry without shape", fileOf('{"a":{"dtype":"F32","data_offsets":[0,0]}}', 0), /want dtype, shape/],
    ["an unknown dtype", fileOf(`{"a":${entry([1], 0, 4, "F31")}}`, 4), /want dtype F64.*got "F31"/],
    ["a dtype from the prototype", fileOf(`{"a":${entry([1], 0, 4, "toString")}}`, 4), /got "toString"/],
    ["8-bit floats", fileOf(`{"a":${entry([4], 0, 4, "F8_E4M3")}}`, 4), /got "F8_E4M3". Convert the checkpoint/],
    ["a negative size", fileOf(`{"a":${entry([-1], 0, 4)}}`, 4), /want a shape of whole numbers/],
    ["a fractional size", fileOf(`{"a":${entry([0.5, 2], 0, 4)}}`, 4), /want a shape of whole numbers/],
    ["a size of 2^53", fileOf(`{"a":${entry([2 ** 53], 0, 4)}}`, 4), /want a shape of whole numbers/],
    ["a size of text", fileOf(`{"a":${entry(["1"], 0, 4)}}`, 4), /want a shape of whole numbers/],
    ["a shape that is no list", fileOf(`{"a":${entry(1, 0, 4)}}`, 4), /want a shape of whole numbers/],
    ["a product that overflows", fileOf(`{"a":${entry([2 ** 32, 2 ** 32], 0, 4)}}`, 4), /fewer than 2\^53 bytes/],
    ["a product that wraps to 0 in 64 bits", fileOf(`{"a":${entry([2 ** 32, 2 ** 32], 0, 0)}}`, 0), /fewer than/],
    ["reversed offsets", fileOf(`{"a":${entry([1], 4, 0)}}`, 4), /want data_offsets \[begin, end\]/],
    ["fractional offsets", fileOf(`{"a":${entry([1], 0.5, 4.5)}}`, 8), /want data_offsets/],
    ["offsets of text", fileOf(`{"a":${entry([1], "0", "4")}}`, 4), /want data_offsets/],
    ["three offsets", fileOf('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}', 1), /want data_offsets/],
    ["offsets beyond the file", fileOf(`{"a":${entry([2], 0, 8)}}`, 4), /want data within the file's/],
    ["offsets near 2^53", fileOf(`{"a":${entry([1], 2 ** 53 - 5, 2 ** 53 - 1)}}`, 4), /want data within the file's/],
    [
      "fewer bytes than the shape",
      fileOf(`{"a":${entry([2], 0, 4)}}`, 4),
      /want 8 bytes for shape \[2\] of F32, got 4/,
    ],
    ["overlap", fileOf(`{"a":${entry([2], 0, 8)},"b":${entry([2], 4, 12)}}`, 12), /"b".*overlapping/],
    ["two names for one range", fileOf(`{"a":${entry([1], 0, 4)},"b":${entry([1], 0, 4)}}`, 4), /overlapping/],
    ["a hole", fileOf(`{"a":${entry([1], 0, 4)},"b":${entry([1], 8, 12)}}`, 12), /"b".*behind a hole/],
    ["a hole in front", fileOf(`{"a":${entry([1], 4, 8)}}`, 8), /behind a hole/],
    ["bytes behind the last tensor", fileOf(`{"a":${entry([1], 0, 4)}}`, 5), /want the tensors to end with the file/],
    ["a tensor twice", fileOf(`{"a":${entry([1], 0, 4)},"a":${entry([1], 0, 4)}}`, 4), /every key of the header once/],
    ["a tensor twice, escaped", fileOf(`{"a":${entry([0], 0, 0)},"\\u0061":${entry([1], 0, 4)}}`, 4), /key.*once/],
    ["a field twice", fileOf('{"a":{"dtype":"F64","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1), /key.*once/],
    ["metadata that is text", fileOf('{"__metadata__":"pt"}', 0), /want __metadata__ to be an object, got "pt"/],
    ["metadata of numbers", fileOf('{"__metadata__":{"a":1}}', 0), /want __metadata__ to hold text, got "a": 1/],
  ])("refuses %s", async (_, bytes, message) => {
    const error = await readSafetensorsHeader(memoryFile(bytes, "lying.safetensors")).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain("lying.safetensors");
  });

  test("a header above 100 MB is refused before it is read", async () => {
    const source = {
      name: "big",
      size: 2 ** 40,
      read: async (begin: number, end: number) => {
        if (begin !== 0 || end !== 8) throw new Error(`read [${begin}, ${end})`);
        return new Uint8Array(BigUint64Array.of(100_000_001n).buffer);
      },
    };
    await expect(readSafetensorsHeader(source)).rejects.toThrow(/1 to 100000000 bytes, got 100000001/);
  });

  test("an abort passes through untouched", async () => {
    const reason = new Error("enough");
    const error = await readSafetensorsHeader(memoryFile(fileOf("{}", 0)), AbortSignal.abort(reason)).catch((e) => e);
    expect(error).toBe(reason);
  });
});

describe("writing", () => {
  test("the header is that of the Rust library, byte for byte", () => {
    const scalars = ["BOOL", "U8", "I8", "I16", "U16", "F16", "I32", "U32", "F32", "F64", "I64", "U64"] as const;
    const tensors: TensorToWrite[] = scalars.map((dtype) => ({ name: `b.${dtype}`, dtype, shape: [1] }));
    tensors.push({ name: 'a"é', dtype: "F32", shape: [] }, { name: "0", dtype: "F32", shape: [0, 2] });
    const { header, size } = planSafetensors(tensors, { format: "pt" });
    // Printed by safetensors 0.8.0 in Python.
    const want =
      '{"__metadata__":{"format":"pt"},"b.U64":{"dtype":"U64","shape":[1],"data_offsets":[0,8]},' +
      '"b.I64":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},' +
      '"b.F64":{"dtype":"F64","shape":[1],"data_offsets":[16,24]},' +
      '"0":{"dtype":"F32","shape":[0,2],"data_offsets":[24,24]},' +
      '"a\\"é":{"dtype":"F32","shape":[],"data_offsets":[24,28]},' +
      '"b.F32":{"dtype":"F32","shape":[1],"data_offsets":[28,32]},' +
      '"b.U32":{"dtype":"U32","shape":[1],"data_offsets":[32,36]},' +
      '"b.I32":{"dtype":"I32","shape":[1],"data_offsets":[36,40]},' +
      '"b.F16":{"dtype":"F16","shape":[1],"data_offsets":[40,42]},' +
      '"b.U16":{"dtype":"U16","shape":[1],"data_offsets":[42,44]},' +
      '"b.I16":{"dtype":"I16","shape":[1],"data_offsets":[44,46]},' +
      '"b.I8":{"dtype":"I8","shape":[1],"data_offsets":[46,47]},' +
      '"b.U8":{"dtype":"U8","shape":[1],"data_offsets":[47,48]},' +
      '"b.BOOL":{"dtype":"BOOL","shape":[1],"data_offsets":[48,49]}}';
    const text = new TextDecoder().decode(header.subarray(8));
    expect(text.trimEnd()).toBe(want);
    expect([new DataView(header.buffer).getBigUint64(0, true), header.length % 8]).toEqual([
      BigInt(text.length + 1),
      0,
    ]);
    expect(size).toBe(header.length + 49);
  });

  test("what is written is read back, for any names, shapes and types", async () => {
    const dtype = fc.constantFrom<StoredDType>("F64", "F32", "F16", "BF16", "I64", "I8", "U8", "BOOL");
    const tensor = fc.record({
      name: fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("__proto__", "0", "constructor", "a.weight", "\ud800", '"', "\\"),
      ),
      dtype,
      shape: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
    });
    const tensors = fc
      .uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 12 })
      .map((list) => list.filter(({ name }) => name !== "__metadata__"));
    const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(tensors, metadata, async (list, meta) => {
        const data = new Map(
          list.map(({ name, dtype, shape }, seed) => {
            const length = shape.reduce((a, b) => a * b, 1) * bytesPerElement(dtype);
            return [name, Uint8Array.from({ length }, (_, i) => i * 31 + seed * 7)];
          }),
        );
        const file = await collect(writeSafetensors(list, ({ name }) => data.get(name)!, meta));
        const plan = planSafetensors(list, meta);
        expect(file.length).toBe(plan.size);
        expect(plan.header.length % 8).toBe(0);
        const read = await readSafetensorsHeader(memoryFile(file));
        expect([...read.metadata].sort()).toEqual(Object.entries(meta).sort());
        expect(read.tensors.size).toBe(list.length);
        for (const { name, dtype, shape } of list) {
          const stored = read.tensors.get(name)!;
          expect(stored).toMatchObject({ name, dtype, shape });
          expect(stored.begin % bytesPerElement(dtype)).toBe(0);
          expect(await readStoredTensor(stored)).toEqual(data.get(name));
        }
      }),
      { numRuns: 100 },
    );
  });

  test("refuses names that come twice or are reserved, shapes that are none, and bytes of another number", async () => {
    const tensor = { name: "a", dtype: "F32", shape: [2] } as const;
    expect(() => planSafetensors([tensor, tensor])).toThrow(UsageError);
    expect(() => planSafetensors([{ ...tensor, name: "__metadata__" }])).toThrow(UsageError);
    expect(() => planSafetensors([{ ...tensor, shape: [-1] }])).toThrow(UsageError);
    expect(() => planSafetensors([{ ...tensor, shape: [2 ** 40, 2 ** 40] }])).toThrow(UsageError);
    await expect(collect(writeSafetensors([tensor], () => new Uint8Array(4)))).rejects.toThrow(
      /want 8 bytes of "a", got 4/,
    );
  });
});
