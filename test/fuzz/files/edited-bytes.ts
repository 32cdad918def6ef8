import fc from "fast-check";

/** Numbers at which readers go wrong. */
const NUMBERS = [0n, 1n, 2n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n];
const LARGE = [2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];

/** One change of a file. `at` and `from` count from the start, modulo its length. */
type Edit =
  | { readonly kind: "set"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "number"; readonly at: number; readonly width: 1 | 2 | 4 | 8; readonly value: bigint }
  | { readonly kind: "remove"; readonly at: number; readonly count: number }
  | { readonly kind: "copy"; readonly at: number; readonly from: number; readonly count: number }
  | { readonly kind: "end"; readonly at: number };

const at = fc.nat(2 ** 20);
const few = fc.uint8Array({ minLength: 1, maxLength: 8 });
const count = fc.oneof(fc.nat(8), fc.nat(300));

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("set" as const), at, bytes: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("insert" as const), at, bytes: few }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("number" as const),
      at,
      width: fc.constantFrom(1, 2, 4, 8),
      value: fc.constantFrom(...NUMBERS, ...LARGE),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), at, count }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("copy" as const), at, from: at, count }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("end" as const), at }) },
);

/** Files that are one of some good ones with a few changes. */
export function editedBytes(seeds: readonly Uint8Array<ArrayBuffer>[]): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 5 }))
    .map(([seed, edits]) => edits.reduce(apply, seed));
}

function apply(bytes: Uint8Array<ArrayBuffer>, change: Edit): Uint8Array<ArrayBuffer> {
  const place = bytes.length === 0 ? 0 : change.at % bytes.length;
  switch (change.kind) {
    case "set":
      return spliced(bytes, place, change.bytes.length, change.bytes);
    case "insert":
      return spliced(bytes, place, 0, change.bytes);
    case "number": {
      const value = Uint8Array.from({ length: change.width }, (_, i) =>
        Number((change.value >> BigInt(8 * i)) & 0xffn),
      );
      return spliced(bytes, place, change.width, value);
    }
    case "remove":
      return spliced(bytes, place, change.count, new Uint8Array(0));
    case "copy": {
      const from = bytes.length === 0 ? 0 : change.from % bytes.length;
      return spliced(bytes, place, 0, bytes.slice(from, from + change.count));
    }
    case "end":
      return bytes.slice(0, place);
  }
}

function spliced(bytes: Uint8Array, place: number, removed: number, added: Uint8Array): Uint8Array<ArrayBuffer> {
  const rest = bytes.subarray(Math.min(bytes.length, place + removed));
  const result = new Uint8Array(place + added.length + rest.length);
  result.set(bytes.subarray(0, place));
  result.set(added, place);
  result.set(rest, place + added.length);
  return result;
}
