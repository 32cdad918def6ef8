import { UsageError } from "../../src/runtime/errors.ts";

/** What the page is asked to do, by its form or by the query of its URL. */
export interface PageQuery {
  /** Starts at once if given; the form waits for a button. */
  readonly run?: Bench | undefined;
  /** Known names. Several for kernels alone. */
  readonly models: readonly string[];
  /** Side of the network's square input; the model's own if left out. */
  readonly size?: number | undefined;
  readonly dtype: Dtype;
  /** Share of a model's operations or bytes from which on a shape is measured. */
  readonly least?: number | undefined;
}

export const BENCHES = ["ceilings", "kernels", "model"] as const;
export type Bench = (typeof BENCHES)[number];

export const DTYPES = ["f32", "f16", "q8", "q4"] as const;
export type Dtype = (typeof DTYPES)[number];

/** `?run=kernels&model=dpt-large-ade&dtype=f16`, as {@link parseQuery} reads it. */
export function formatQuery({ run, models, size, dtype, least }: PageQuery): string {
  const query = new URLSearchParams(models.map((model) => ["model", model]));
  for (const [name, value] of Object.entries({ run, size, dtype, least })) {
    if (value !== undefined) query.set(name, `${value}`);
  }
  return `?${query}`;
}

/** @throws UsageError for words and numbers that mean nothing here */
export function parseQuery(text: string, otherwise: string): PageQuery {
  const query = new URLSearchParams(text);
  const models = query.getAll("model");
  return {
    run: query.has("run") ? word("run", query.get("run"), BENCHES) : undefined,
    models: models.length > 0 ? models : [otherwise],
    size: positive(query, "size"),
    dtype: word("dtype", query.get("dtype") ?? "f32", DTYPES),
    least: positive(query, "least"),
  };
}

function word<Word extends string>(name: string, value: string | null, known: readonly Word[]): Word {
  const found = known.find((each) => each === value);
  if (found === undefined) throw wrong(name, `one of ${known.join(", ")}`, value);
  return found;
}

function positive(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw wrong(name, "a number above 0", text);
  return value;
}

function wrong(name: string, want: string, got: string | null): UsageError {
  return new UsageError(`page address: want ${name} to be ${want}, got "${got}". Correct the address.`);
}
