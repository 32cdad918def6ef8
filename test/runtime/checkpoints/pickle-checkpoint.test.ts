import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { readPickleCheckpoint } from "../../../src/runtime/checkpoints/pickle-checkpoint.ts";
import { readSafetensorsHeader } from "../../../src/runtime/checkpoints/safetensors.ts";
import { readStoredTensor } from "../../../src/runtime/checkpoints/stored-tensor.ts";
import { FileError } from "../../../src/runtime/errors.ts";
import { memoryFile } from "../memory-file.ts";
import {
  pickleBytes,
  pickleDict,
  pickleFile,
  pickleGlobal,
  pickleInt,
  pickleTensor,
  pickleText,
  type TorchView,
  zipOf,
} from "../torch-zip.ts";

const cases = "test/fixtures/cases";
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** A checkpoint of one storage "0" of the numbers 0 to 5. */
async function checkpointOf(
  state: Uint8Array,
  { storage = floats(0, 1, 2, 3, 4, 5), more = [] }: { storage?: Uint8Array; more?: [string, Uint8Array][] } = {},
): Promise<ReturnType<typeof memoryFile>> {
  return memoryFile(
    await zipOf([["model/data.pkl", pickleFile(state)], ["model/data/0", storage], ...more]),
    "model.bin",
  );
}

const six: TorchView = { key: "0", numel: 6, shape: [2, 3], strides: [3, 1] };
const stateOf = (view: Partial<TorchView>) => pickleDict({ w: pickleTensor({ ...six, ...view }) });

async function valuesOf(file: ReturnType<typeof memoryFile>, name = "w"): Promise<number[]> {
  const bytes = await readStoredTensor((await readPickleCheckpoint(file)).get(name)!);
  return [...new Float32Array(bytes.slice().buffer)];
}

describe("a file of PyTorch", () => {
  const path = `${cases}/dpt-vit-seg-bin/pytorch_model.bin`;

  test("has the names, types and shapes of the same model in safetensors", async () => {
    const tensors = await readPickleCheckpoint(memoryFile(new Uint8Array(await readFile(path))));
    const same = await readSafetensorsHeader(
      memoryFile(new Uint8Array(await readFile(`${cases}/dpt-vit-seg/model.safetensors`))),
    );
    const table = (map: ReadonlyMap<string, { dtype: string; shape: readonly number[] }>) =>
      Object.fromEntries([...map].map(([name, { dtype, shape }]) => [name, `${dtype} ${shape}`]));
    expect(table(tensors)).toEqual(table(same.tensors));
  });

  test("is whole though its zip's first entry is as long as zip64's records, 76 bytes", async () => {
    // 46 and a name of 30: zip.js would begin with the second entry.
    const file = `${cases}/paper-vit-seg/dpt_large-ade20k-tiny.pt`;
    const tensors = await readPickleCheckpoint(memoryFile(new Uint8Array(await readFile(file))));
    expect([...tensors.keys()][0]).toBe("pretrained.model.cls_token");
    expect(tensors.size).toBe(202);
  });

  test("has the bytes that Python's own pickle and zipfile find", async () => {
    const tensors = await readPickleCheckpoint(memoryFile(new Uint8Array(await readFile(path))));
    const hash = createHash("sha256");
    for (const name of [...tensors.keys()].sort()) {
      const tensor = tensors.get(name)!;
      hash.update(`${name} ${tensor.dtype} ${JSON.stringify(tensor.shape)}\n`);
      hash.update(await readStoredTensor(tensor));
    }
    expect(hash.digest("hex")).toBe("1c02e218bb40af7fa5ee36baa8f1a46482fccb810eb187643c6574ca9c7e7cbc");
  });

  test("is opened without reading its data, each tensor with one aligned read", async () => {
    const file = memoryFile(new Uint8Array(await readFile(path)));
    const tensors = await readPickleCheckpoint(file);
    // Four bytes of magic, the end with the directory, data.pkl with its header.
    expect(file.reads).toEqual([
      [0, 4],
      [file.size - 131072, file.size],
      [0, 28674 + 180],
    ]);
    for (const tensor of tensors.values()) expect((await readStoredTensor(tensor)).byteOffset % 64).toBe(0);
    expect(file.reads).toHaveLength(3 + tensors.size);
  });
});

describe("views of a storage", () => {
  test.each<[string, Partial<TorchView>, number[], boolean]>([
    ["the whole", {}, [0, 1, 2, 3, 4, 5], false],
    ["a part", { offset: 2, shape: [3], strides: [1] }, [2, 3, 4], false],
    ["a scalar", { offset: 5, shape: [], strides: [] }, [5], false],
    ["axes of length 1 with any stride", { shape: [1, 6, 1], strides: [77, 1, 99] }, [0, 1, 2, 3, 4, 5], false],
    ["nothing", { offset: 6, shape: [0, 3], strides: [3, 1] }, [], false],
    ["a transposed matrix", { shape: [3, 2], strides: [1, 3] }, [0, 3, 1, 4, 2, 5], true],
    ["every second", { offset: 1, shape: [3], strides: [2] }, [1, 3, 5], true],
    ["three axes permuted", { shape: [1, 3, 2], strides: [6, 1, 3] }, [0, 3, 1, 4, 2, 5], true],
    ["one element thrice", { offset: 4, shape: [3], strides: [0] }, [4, 4, 4], true],
  ])("%s", async (_, view, want, strided) => {
    const file = await checkpointOf(stateOf(view));
    expect(await valuesOf(file)).toEqual(want);
    expect((await readPickleCheckpoint(file)).get("w")!.strides !== undefined).toBe(strided);
  });

  test.each([
    ["DoubleStorage", "F64", 8],
    ["HalfStorage", "F16", 2],
    ["BFloat16Storage", "BF16", 2],
    ["LongStorage", "I64", 8],
    ["IntStorage", "I32", 4],
    ["ShortStorage", "I16", 2],
    ["CharStorage", "I8", 1],
    ["ByteStorage", "U8", 1],
    ["BoolStorage", "BOOL", 1],
  ])("%s is %s, gathered by elements of %i bytes", async (storageClass, dtype, width) => {
    const storage = Uint8Array.from({ length: 6 * width }, (_, i) => i);
    const file = await checkpointOf(stateOf({ storageClass, shape: [2], strides: [5] }), { storage });
    const tensor = (await readPickleCheckpoint(file)).get("w")!;
    expect(tensor).toMatchObject({ dtype, shape: [2] });
    expect([...(await readStoredTensor(tensor))]).toEqual([...storage.slice(0, width), ...storage.slice(5 * width)]);
  });

  test("two tensors share a storage; later reads know where it begins", async () => {
    const file = await checkpointOf(
      pickleDict({ a: pickleTensor(six), b: pickleTensor({ ...six, offset: 4, shape: [2], strides: [1] }) }),
    );
    expect(await valuesOf(file, "b")).toEqual([4, 5]);
    const tensors = await readPickleCheckpoint(file);
    await readStoredTensor(tensors.get("a")!);
    const header = file.reads.at(-1)!;
    await readStoredTensor(tensors.get("b")!);
    expect(file.reads.at(-1)![0]).toBeGreaterThan(header[0] + 16);
    expect(file.reads.at(-1)![1] - file.reads.at(-1)![0]).toBe(8);
  });
});

describe("state dicts", () => {
  const tensor = pickleTensor(six);
  test.each([
    [
      "with attributes, as OrderedDict.__reduce__ gives",
      pickleBytes(
        pickleGlobal("collections", "OrderedDict"),
        ")R(",
        pickleText("w"),
        tensor,
        "u",
        pickleDict({ _metadata: pickleInt(1) }),
        "b",
      ),
    ],
    ["under state_dict", pickleDict({ epoch: pickleInt(3), state_dict: pickleDict({ w: tensor }) })],
    [
      "under model, beside an optimizer",
      pickleDict({ model: pickleDict({ w: tensor }), optimizer: pickleDict({ lr: pickleInt(1) }) }),
    ],
    [
      "of Parameters",
      pickleDict({ w: pickleBytes(pickleGlobal("torch._utils", "_rebuild_parameter"), tensor, 0x88, "}", 0x87, "R") }),
    ],
    ["with a tensor named model", pickleDict({ model: tensor, w: tensor })],
  ])("%s", async (_, state) => {
    expect(await valuesOf(await checkpointOf(state))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("torch.Size is its tuple", async () => {
    const size = pickleBytes(pickleGlobal("torch", "Size"), "(", pickleInt(2), pickleInt(3), "t", 0x85, "R");
    await expect(readPickleCheckpoint(await checkpointOf(size))).rejects.toThrow(/got a list or tuple of 2/);
  });

  test("a member named __proto__ is a tensor like any other", async () => {
    const file = await checkpointOf(pickleBytes("}", pickleText("__proto__"), tensor, "s"));
    expect(await valuesOf(file, "__proto__")).toEqual([0, 1, 2, 3, 4, 5]);
  });

  const own = pickleBytes("}q", 0, pickleText("model"), "h", 0, "s");
  test.each<[string, Uint8Array, RegExp]>([
    [
      "os.system",
      pickleBytes(pickleGlobal("posix", "system"), pickleText("touch /tmp/pwned"), 0x85, "R"),
      /"posix.system".*Nothing was run/,
    ],
    ["a model instead of its state dict", pickleGlobal("torch.nn.modules.linear", "Linear"), /modules.linear.Linear/],
    ["a tensor alone", tensor, /want a dict of tensors/],
    ["an empty dict", pickleBytes("}"), /want a dict of tensors, got a dict of 0/],
    ["a dict of dicts", pickleDict({ netG: pickleDict({ w: tensor }) }), /got a dict of 1 under "netG"/],
    ["a dict that is its own model", own, /got a dict of 1 under "model"/],
    ["tensors by number", pickleBytes("}", pickleInt(1), tensor, "s"), /under 1\./],
    ["storage of a class unknown", stateOf({ storageClass: "QInt8Storage" }), /torch.QInt8Storage/],
    ["a persistent id that is text", pickleBytes(pickleText("0"), "Q"), /got "0" as persistent id/],
    ["a storage without number", stateOf({ numel: -6 }), /as persistent id/],
    [
      "a tensor of text",
      pickleBytes(pickleGlobal("torch._utils", "_rebuild_tensor_v2"), pickleText("x"), 0x85, "R"),
      /tensor of storage/,
    ],
    [
      "a tensor without arguments",
      pickleBytes(pickleGlobal("torch._utils", "_rebuild_tensor_v2"), ")R"),
      /tensor of storage/,
    ],
    [
      "a parameter of text",
      pickleBytes(pickleGlobal("torch._utils", "_rebuild_parameter"), pickleText("x"), 0x85, "R"),
      /usual arguments/,
    ],
    ["a negative size", stateOf({ shape: [-2, -3] }), /tensor of storage/],
    ["a negative stride", stateOf({ strides: [-3, 1], offset: 3 }), /tensor of storage/],
    ["fewer strides than sizes", stateOf({ strides: [1] }), /tensor of storage/],
    ["an offset past the end", stateOf({ offset: 1 }), /tensor inside its storage "0" of 6/],
    ["a stride past the end", stateOf({ strides: [4, 1] }), /tensor inside its storage/],
    [
      "a size that overflows",
      stateOf({ shape: Array(6).fill(2 ** 30), strides: Array(6).fill(0) }),
      /inside its storage/,
    ],
    ["a gigabyte of one element", stateOf({ shape: [2 ** 28], strides: [0] }), /inside its storage/],
    ["a storage that is not there", stateOf({ key: "1" }), /want 24 bytes in storage "1", got no such storage/],
    ["a storage named by path", stateOf({ key: "../../data.pkl" }), /got no such storage/],
    ["a storage of another size", stateOf({ numel: 7 }), /want 28 bytes in storage "0", got 24 bytes/],
  ])("refuses %s", async (_, state, message) => {
    const error = await readPickleCheckpoint(await checkpointOf(state)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain("model.bin");
  });
});

describe("zip archives", () => {
  const members: [string, Uint8Array][] = [
    ["model/data.pkl", pickleFile(stateOf({}))],
    ["model/data/0", floats(0, 1, 2, 3, 4, 5)],
    ["model/version", new TextEncoder().encode("3\n")],
  ];
  const text = (value: string) => new TextEncoder().encode(value);

  test.each<[string, Parameters<typeof zipOf>[1]]>([
    ["plain", {}],
    ["zip64", { zip64: true }],
    ["without data descriptors", { dataDescriptor: false }],
    ["with comments", { comment: "of a member" }],
    ["with an extra field of its own", { extraField: new Map([[0x4242, new Uint8Array(500)]]) }],
  ])("%s", async (_, options) => {
    expect(await valuesOf(memoryFile(await zipOf(members, options)))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("little byteorder is fine", async () => {
    expect(await valuesOf(memoryFile(await zipOf([...members, ["model/byteorder", text("little")]])))).toHaveLength(6);
  });

  test.each<[string, () => Promise<Uint8Array<ArrayBuffer>>, RegExp]>([
    ["big-endian", () => zipOf([...members, ["model/byteorder", text("big")]]), /want "little", got "big"/],
    ["compressed", () => zipOf([["model/data.pkl", new Uint8Array(1000)]], { level: 9 }), /compressed by method 8/],
    ["encrypted", () => zipOf(members, { password: "secret" }), /got encrypted data/],
    ["without data.pkl", () => zipOf(members.slice(1)), /want one NAME\/data.pkl in the zip, got 0/],
    ["with two", () => zipOf([...members, ["b/data.pkl", text("")]]), /NAME\/data.pkl in the zip, got 2/],
    ["empty", () => zipOf([]), /want a PyTorch zip file/],
    ["cut in the middle", async () => (await zipOf(members)).slice(0, 500), /want a whole zip archive/],
    ["cut in the directory", async () => (await zipOf(members)).slice(0, -30), /want a whole zip archive/],
    ["only a beginning", async () => (await zipOf(members)).slice(0, 4), /want a whole zip archive/],
    ["no bytes", async () => new Uint8Array(0), /want a PyTorch zip file, got one that begins with ""/],
    ["a Git LFS pointer", async () => new Uint8Array(text("version https://git-lfs")), /begins with "vers".*LFS/],
    ["of PyTorch before 1.6", async () => new Uint8Array(pickleBytes(0x80, 2, 0x8a, 0x0a)), /its older one.*1\.6/],
  ])("refuses one %s", async (_, bytes, message) => {
    const error = await readPickleCheckpoint(memoryFile(await bytes(), "model.bin")).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain("model.bin");
  });

  /** Where the nth record with this signature begins. */
  function recordAt(bytes: Uint8Array, signature: string, nth: number): number {
    let at = -1;
    for (let i = 0; i <= nth; i++) at = Buffer.from(bytes.buffer).indexOf(signature, at + 1, "latin1");
    return at;
  }

  async function lying(
    edit: (view: DataView<ArrayBuffer>, local: number, central: number) => void,
  ): Promise<FileError> {
    const bytes = await zipOf(members);
    const view = new DataView(bytes.buffer);
    edit(view, recordAt(bytes, "PK\u0003\u0004", 1), recordAt(bytes, "PK\u0001\u0002", 1));
    const read = valuesOf(memoryFile(bytes, "model.bin"));
    const error = await read.then(
      (values) => `read ${values}`,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(FileError);
    return error as FileError;
  }

  test.each<[string, (view: DataView<ArrayBuffer>, local: number, central: number) => void, RegExp]>([
    ["no signature", (view, local) => view.setUint8(local, 0), /want a local header that agrees/],
    ["another name", (view, local) => view.setUint8(local + 30, 0x6e), /want a local header that agrees/],
    ["a longer name", (view, local) => view.setUint16(local + 26, 13, true), /want a local header that agrees/],
    ["compressed data", (view, local) => view.setUint16(local + 8, 8, true), /want a local header that agrees/],
    ["encrypted data", (view, local) => view.setUint16(local + 6, 1, true), /want a local header that agrees/],
    [
      "an extra field beyond the file",
      (view, local) => view.setUint16(local + 28, 65535, true),
      /data inside the file/,
    ],
  ])("refuses a local header with %s", async (_, edit, message) => {
    expect((await lying(edit)).message).toMatch(message);
  });

  test.each<[string, (view: DataView<ArrayBuffer>, local: number, central: number) => void, RegExp]>([
    [
      "a size beyond the file",
      (view, _, central) =>
        [20, 24].forEach((field) => {
          view.setUint32(central + field, 10_000, true);
        }),
      /want data inside the file's/,
    ],
    ["two sizes", (view, _, central) => view.setUint32(central + 20, 8, true), /want data inside the file's/],
    [
      "an offset beyond the file",
      (view, _, central) => view.setUint32(central + 42, 1_000_000, true),
      /want data inside/,
    ],
    [
      "an offset to another member",
      (view, _, central) => view.setUint32(central + 42, 0, true),
      /local header that agrees/,
    ],
    [
      "the name of another member",
      (view, _, central) =>
        [...text("model/data.pk")].slice(0, 12).forEach((byte, i) => {
          view.setUint8(central + 46 + i, byte);
        }),
      /no such storage|agrees/,
    ],
  ])("refuses a directory with %s", async (_, edit, message) => {
    expect((await lying(edit)).message).toMatch(message);
  });

  test("refuses a member that is there twice", async () => {
    const bytes = await zipOf([...members, ["model/data/1", floats(9)]]);
    bytes[recordAt(bytes, "PK\u0001\u0002", 3) + 46 + "model/data/".length] = "0".charCodeAt(0);
    const read = readPickleCheckpoint(memoryFile(bytes));
    await expect(read).rejects.toThrow(/want each member once, got "model\/data\/0" twice/);
  });

  test("a directory longer than the part of the end that is read at once", async () => {
    const many = Array.from({ length: 600 }, (_, i): [string, Uint8Array] => [`m/${i}/${"x".repeat(250)}`, floats()]);
    const file = memoryFile(await zipOf([...members, ...many]));
    expect(await valuesOf(file)).toEqual([0, 1, 2, 3, 4, 5]);

    // Inside zip.js now.
    const reason = new Error("enough");
    const controller = new AbortController();
    file.reads.length = 0;
    const source = {
      ...file,
      read(begin: number, end: number, signal?: AbortSignal) {
        if (file.reads.length === 2) controller.abort(reason);
        return file.read(begin, end, signal);
      },
    };
    expect(await readPickleCheckpoint(source, controller.signal).catch((e: unknown) => e)).toBe(reason);
  });

  test("an abort passes through untouched", async () => {
    const reason = new Error("enough");
    const file = memoryFile(await zipOf(members));
    const controller = new AbortController();
    const source = {
      ...file,
      read(begin: number, end: number, signal?: AbortSignal) {
        if (file.reads.length === 1) controller.abort(reason);
        return file.read(begin, end, signal);
      },
    };
    expect(await readPickleCheckpoint(source, controller.signal).catch((e: unknown) => e)).toBe(reason);
  });
});

describe("files that are small and ask for much", () => {
  test("a shape of more axes than PyTorch has, which many tensors share", async () => {
    const axes = Array.from({ length: 65 }, (_, i) => (i === 0 ? 0 : 1));
    const file = await checkpointOf(stateOf({ shape: axes, strides: axes }));
    await expect(readPickleCheckpoint(file)).rejects.toThrow(/want a tensor of storage, offset, size and stride/);
    const most = axes.slice(1);
    await expect(
      readPickleCheckpoint(await checkpointOf(stateOf({ shape: most, strides: most }))),
    ).resolves.toBeTruthy();
  });

  test("a zip of more members than any checkpoint has", async () => {
    const file = memoryFile(zipOfNothing(100_001), "many.bin");
    await expect(readPickleCheckpoint(file)).rejects.toThrow(FileError);
    await expect(readPickleCheckpoint(file)).rejects.toThrow(
      /many.bin: want a zip of at most 100000 members, got more/,
    );
  });
});

/** A zip64 of empty members: a directory, and nothing else. */
function zipOfNothing(members: number): Uint8Array<ArrayBuffer> {
  const [entry, directory] = [47, 4 + 47 * members];
  const file = new Uint8Array(directory + 56 + 20 + 22);
  const view = new DataView(file.buffer);
  file.set([0x50, 0x4b, 3, 4]);
  for (let i = 0; i < members; i++) {
    const at = 4 + entry * i;
    view.setUint32(at, 0x02014b50, true);
    view.setUint16(at + 28, 1, true);
    file[at + 46] = "a".charCodeAt(0);
  }
  view.setUint32(directory, 0x06064b50, true);
  view.setBigUint64(directory + 4, 44n, true);
  for (const at of [24, 32]) view.setBigUint64(directory + at, BigInt(members), true);
  view.setBigUint64(directory + 40, BigInt(entry * members), true);
  view.setBigUint64(directory + 48, 4n, true);
  view.setUint32(directory + 56, 0x07064b50, true);
  view.setBigUint64(directory + 64, BigInt(directory), true);
  view.setUint32(directory + 72, 1, true);
  view.setUint32(directory + 76, 0x06054b50, true);
  for (const at of [84, 86]) view.setUint16(directory + at, 0xffff, true);
  for (const at of [88, 92]) view.setUint32(directory + at, 0xffffffff, true);
  return file;
}
