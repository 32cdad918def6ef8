const ARRAYS = { Uint8Array, Uint16Array, Int32Array, Uint32Array, Float32Array } as const;

type Encoded = { readonly array: keyof typeof ARRAYS; readonly base64: string };

/** One line of JSON; typed arrays survive, and so do NaN and infinities inside of them. */
export function encodeMessage(message: unknown): string {
  return JSON.stringify(message, (_, value: unknown) => (ArrayBuffer.isView(value) ? encodeArray(value) : value));
}

export function decodeMessage(line: string): unknown {
  return JSON.parse(line, (_, value: unknown) => (isEncoded(value) ? decodeArray(value) : value));
}

function encodeArray(view: ArrayBufferView): Encoded {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return { array: view.constructor.name as Encoded["array"], base64: bytes.toString("base64") };
}

function decodeArray({ array, base64 }: Encoded) {
  return new ARRAYS[array](Uint8Array.from(Buffer.from(base64, "base64")).buffer);
}

function isEncoded(value: unknown): value is Encoded {
  return typeof value === "object" && value !== null && "base64" in value;
}
