import { BlobWriter, Uint8ArrayReader, ZipWriter, type ZipWriterAddDataOptions } from "@zip.js/zip.js";

/** Bytes of a pickle from opcodes (numbers), single-character opcodes and raw pieces. */
export function pickleBytes(...parts: (number | string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...(typeof part === "string" ? new TextEncoder().encode(part) : part)],
    ),
  );
}

/** BINUNICODE */
export function pickleText(text: string): Uint8Array {
  const utf8 = new TextEncoder().encode(text);
  return pickleBytes("X", uint32(utf8.length), utf8);
}

/** BININT */
export function pickleInt(value: number): Uint8Array {
  return pickleBytes("J", uint32(value));
}

export function pickleGlobal(module: string, name: string): Uint8Array {
  return pickleBytes("c", `${module}\n${name}\n`);
}

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export interface TorchView {
  readonly storageClass?: string;
  readonly key: string;
  readonly numel: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** `torch._utils._rebuild_tensor_v2(...)` as torch.save writes it. */
export function pickleTensor(view: TorchView): Uint8Array {
  const tuple = (values: readonly number[]) => pickleBytes("(", ...values.map(pickleInt), "t");
  return pickleBytes(
    pickleGlobal("torch._utils", "_rebuild_tensor_v2"),
    "((",
    pickleText("storage"),
    pickleGlobal("torch", view.storageClass ?? "FloatStorage"),
    pickleText(view.key),
    pickleText("cpu"),
    pickleInt(view.numel),
    "tQ",
    pickleInt(view.offset ?? 0),
    tuple(view.shape),
    tuple(view.strides),
    0x89,
    pickleGlobal("collections", "OrderedDict"),
    ")RtR",
  );
}

/** A protocol 2 dict of already pickled values. */
export function pickleDict(entries: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return pickleBytes("}(", ...Object.entries(entries).flatMap(([key, value]) => [pickleText(key), value]), "u");
}

/** A whole data.pkl. */
export function pickleFile(value: Uint8Array): Uint8Array {
  return pickleBytes(0x80, 2, value, ".");
}

/** A zip of members; stored unless the options say otherwise. */
export async function zipOf(
  members: readonly (readonly [name: string, bytes: Uint8Array])[],
  options: ZipWriterAddDataOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new BlobWriter());
  for (const [name, bytes] of members) {
    await writer.add(name, new Uint8ArrayReader(bytes), { level: 0, useWebWorkers: false, ...options });
  }
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}
