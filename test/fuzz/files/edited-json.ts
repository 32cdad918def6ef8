import fc from "fast-check";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Stands for lists so deep that no recursion survives them, JSON.stringify's neither. */
const DEEP = "deep";
const DEPTH = 20_000;

/** Values that a reader of configurations may stumble over. */
const HOSTILE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1,
  0.5,
  2,
  1e6,
  1e6 + 1,
  2 ** 31,
  2 ** 53,
  1e308,
  -1e308,
  "",
  "0",
  "../../etc/passwd",
  "C:\\x",
  "a\0b",
  "__proto__",
  "x".repeat(5000),
  [],
  {},
  [[]],
  [1e6, 1e6, 1e6, 1e6],
  DEEP,
  [DEEP],
];

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json> },
);

interface Edit {
  /** Which child, level by level; modulo their number. */
  readonly path: readonly number[];
  readonly kind: "replace" | "remove" | "rename" | "add";
  readonly key: string;
  readonly value: Json;
}

const KEYS = ["__proto__", "constructor", "toString", "", "0", "length", "model_type", "architectures"];

const edit: fc.Arbitrary<Edit> = fc.record({
  path: fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
  kind: fc.constantFrom("replace", "replace", "replace", "remove", "rename", "add"),
  key: fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 10 })),
  value,
});

/** A JSON value as text in UTF-8. */
export function encodeJson(json: Json): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(json).replaceAll(`"${DEEP}"`, () => "[".repeat(DEPTH) + "]".repeat(DEPTH));
  return new TextEncoder().encode(text);
}

/** JSON objects that are one of some good ones with a few changes in their fields, at any depth. */
export function editedJson(seeds: readonly Json[]): fc.Arbitrary<Json> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([seed, edits]) => edits.reduce((json, change) => apply(json, change, 0), seed));
}

function apply(json: Json, change: Edit, level: number): Json {
  if (typeof json !== "object" || json === null) return change.value;
  const isList = Array.isArray(json);
  const entries = Object.entries(json as { readonly [key: string]: Json });
  if (change.kind === "add" || entries.length === 0) return build([...entries, [change.key, change.value]], isList);
  const at = change.path[level]! % entries.length;
  const [key, child] = entries[at]!;
  const isLast = level === change.path.length - 1 || typeof child !== "object" || child === null;
  const changed: [string, Json][] = !isLast
    ? [[key, apply(child, change, level + 1)]]
    : change.kind === "replace"
      ? [[key, change.value]]
      : change.kind === "rename"
        ? [[change.key, child]]
        : [];
  return build(entries.toSpliced(at, 1, ...changed), isList);
}

/** As JSON.parse makes it: a key `__proto__` is a key. */
function build(entries: readonly (readonly [string, Json])[], isList: boolean): Json {
  return isList ? entries.map(([, item]) => item) : (Object.fromEntries(entries) as Json);
}
