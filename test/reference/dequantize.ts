/** IEEE half precision. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Of a code from -8 to 7. */
export function level(code: number): number {
  const s = Math.max((16 * code) / 127, -1);
  return 0.7 * s + 0.3 * s ** 3;
}

/** The weight `[rows, columns]` that quantised bytes stand for, element by element as `QuantizedLayout` says. */
export function dequantize(format: "q8" | "q4", words: Uint32Array, rows: number, columns: number): Float64Array {
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
  const codes = format === "q8" ? rows * columns : (rows * columns) / 2;
  const size = format === "q8" ? 64 : 16;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = Math.floor(row / 4) * (columns / 4) + Math.floor(column / 4);
      const scale = view.getFloat32(codes + 4 * column, true);
      const group = Math.floor(row / size) * columns + column;
      const factors = codes + 4 * columns;
      if (format === "q8") {
        const factor = half(view.getUint16(factors + 2 * group, true));
        const code = view.getInt8(16 * block + 4 * (row % 4) + (column % 4));
        values[row * columns + column] = (code / 127) * factor * scale;
        continue;
      }
      const byte = view.getInt8(8 * block + 4 * Math.floor((row % 4) / 2) + (column % 4));
      const code = row % 2 === 0 ? byte >> 4 : (byte << 28) >> 28;
      values[row * columns + column] = level(code) * (view.getInt8(factors + group) / 127) ** 3 * scale;
    }
  }
  return values;
}
