const COLOURS: Readonly<Record<number, string>> = { 0: "grey", 2: "RGB", 3: "indexed", 4: "grey alpha", 6: "RGBA" };

/** What the first 26 bytes of a PNG say. */
export function pngHeader(png: Uint8Array) {
  const bytes = Buffer.from(png);
  if (bytes.toString("latin1", 1, 4) !== "PNG") throw new Error(`want a PNG, got ${bytes.toString("latin1", 0, 8)}`);
  return {
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    depth: bytes[24]!,
    colour: COLOURS[bytes[25]!]!,
  };
}
