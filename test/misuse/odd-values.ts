/** A wrong use, by what is wrong, and what ought to be refused. */
export type Misuse = readonly [name: string, use: () => unknown];

/** For what the types would not let pass. */
export const untyped = (value: unknown) => value as never;

/** Values of every kind, for whatever wants an object. */
export const ODD: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["undefined", undefined],
  ["a number", 42],
  ["NaN", Number.NaN],
  ["true", true],
  ["a symbol", Symbol("x")],
  ["a bigint", 3n],
  ["a function", () => {}],
  ["an empty object", {}],
  ["an empty list", []],
  ["a list of null", [null]],
  ["a list of numbers", [1, 2]],
  ["a date", new Date(0)],
  ["a promise", Promise.resolve()],
  ["an object without a prototype", Object.create(null)],
];

/** Without those that make sense there. */
export const without = (...names: readonly string[]) => ODD.filter(([name]) => !names.includes(name));

/** Without those that hold nothing. */
export const NOT_EMPTY = without(
  "an empty list",
  "an empty object",
  "an object without a prototype",
  "a date",
  "a promise",
);

/** What cannot pass for options: what holds nothing can. */
export const NOT_OPTIONS = NOT_EMPTY.filter(([, value]) => value !== undefined);

/** An array whose memory went elsewhere. */
export function detached<Numbers extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  numbers: Numbers,
): Numbers {
  structuredClone(numbers.buffer, { transfer: [numbers.buffer] });
  return numbers;
}

/** In a few words. */
export function describe(value: unknown): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value).map(([name, each]) => `${name}: ${describe(each)}`);
    return `{ ${entries.join(", ")} }`.slice(0, 100);
  }
  return Array.isArray(value) ? `[${value.slice(0, 5).map(describe).join(", ")}]` : String(value);
}

/** A size of equal sides. */
export function side(pixels: number) {
  return { width: pixels, height: pixels };
}
