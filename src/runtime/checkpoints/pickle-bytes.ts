import { pickleError } from "./pickle-error.ts";

/** Reads a pickle from its first byte to its last. @throws FileError past the end */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;
  #at = 0;

  /** @param where what errors call the pickle */
  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
  }

  /** Where the next byte lies. */
  get at(): number {
    return this.#at;
  }

  /** Moves on by `count` bytes and returns where they begin. */
  skip(count: number): number {
    const begin = this.#at;
    if (!(count <= this.#bytes.length - begin)) throw pickleError(this.#where, "a whole pickle", "its end too early");
    this.#at += count;
    return begin;
  }

  uint8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** As a number: a length, which no file has beyond 2^53. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.skip(8), true));
  }

  /** The one number that pickles store big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  /** UTF-8 of so many bytes. */
  text(length: number): string {
    const begin = this.skip(length);
    return decode(this.#bytes.subarray(begin, begin + length));
  }

  /** UTF-8 up to the next line feed. */
  line(): string {
    const begin = this.#at;
    const end = this.#bytes.indexOf(0x0a, begin);
    if (end < 0) throw pickleError(this.#where, "a line", "no end of it");
    this.#at = end + 1;
    return decode(this.#bytes.subarray(begin, end));
  }

  /** Little-endian two's complement of up to 255 bytes. */
  long(length: number): number | bigint {
    const begin = this.skip(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[begin + i]!);
    value = BigInt.asIntN(length * 8, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
