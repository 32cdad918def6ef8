import { FileError } from "../../runtime/errors.ts";
import { quote } from "../../runtime/quote.ts";
import { isJsonObject, type JsonObject } from "../../runtime/sources/read-json.ts";

const MOST = 1_000_000;

/** Most parts of a kind that a network may have; far above any, far below what a small file could stall the caller with. */
export const MOST_PARTS = 1000;

/**
 * Typed access to a JSON object of a model folder. A field that is absent or null takes the class's default, as in
 * transformers.
 */
export class Fields {
  readonly #where: string;
  readonly #json: JsonObject;

  /** @param where what errors call the object: `config.json`, `config.json backbone_config` */
  constructor(where: string, json: unknown) {
    if (!isJsonObject(json))
      throw new FileError(`${where}: want a JSON object, got ${quote(json)}. Is it the right file?`);
    this.#where = where;
    this.#json = json;
  }

  has(field: string): boolean {
    return this.raw(field) !== undefined;
  }

  /** The value as parsed; undefined if absent or null. */
  raw(field: string): unknown {
    return Object.hasOwn(this.#json, field) ? (this.#json[field] ?? undefined) : undefined;
  }

  /** The same object with other values of some fields. */
  with(fields: JsonObject): Fields {
    return new Fields(this.#where, { ...this.#json, ...fields });
  }

  object(field: string): Fields {
    return new Fields(`${this.#where} ${field}`, this.raw(field));
  }

  boolean(field: string, otherwise: boolean): boolean {
    const value = this.raw(field) ?? otherwise;
    if (typeof value !== "boolean") throw this.wrong(field, "true or false", value);
    return value;
  }

  /** A whole number from `least` to a bound that no model comes near, so that a hostile file cannot stall the caller. */
  whole(field: string, otherwise: number, least = 1, most = MOST): number {
    const value = this.raw(field) ?? otherwise;
    if (!isWhole(value) || value < least || value > most) {
      throw this.wrong(field, `a whole number from ${least} to ${most}`, value);
    }
    return value;
  }

  /** The side of a square: such a number, or twice the same in a list, as height and width. */
  side(field: string, otherwise: number, least = 1): number {
    const raw = this.raw(field);
    const isSquare = Array.isArray(raw) && raw.length === 2 && raw[0] === raw[1];
    return (isSquare ? this.with({ [field]: raw[0] }) : this).whole(field, otherwise, least);
  }

  /** How many layers or blocks there are, for each of which weights are listed: from 1 to 1000. */
  parts(field: string, otherwise: number): number {
    return this.whole(field, otherwise, 1, MOST_PARTS);
  }

  /** The same by stages, of which there are `least` or more: at most 1000 together. */
  partsOfStages(field: string, otherwise: readonly number[], least = 1): readonly number[] {
    const values = this.wholes(field, otherwise, least);
    if (values.reduce((sum, value) => sum + value, 0) > MOST_PARTS) {
      throw this.wrong(field, `${MOST_PARTS} parts or fewer`, values);
    }
    return values;
  }

  /** A finite number. */
  number(field: string, otherwise: number): number {
    const value = this.raw(field) ?? otherwise;
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.wrong(field, "a number", value);
    return value;
  }

  /** A finite number above 0. */
  positive(field: string, otherwise: number): number {
    const value = this.raw(field) ?? otherwise;
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0)
      throw this.wrong(field, "a number above 0", value);
    return value;
  }

  /** One of a few words. */
  word<Word extends string>(field: string, words: readonly Word[], otherwise: Word): Word {
    const value = this.raw(field) ?? otherwise;
    if (!words.includes(value as Word)) throw this.wrong(field, `one of ${words.join(", ")}`, value);
    return value as Word;
  }

  /** As many numbers as there are stages. */
  numbers(field: string, otherwise: readonly number[], length = otherwise.length): readonly number[] {
    const value = this.raw(field) ?? otherwise;
    const isNumbers = Array.isArray(value) && value.length === length && value.every(Number.isFinite);
    if (!isNumbers) throw this.wrong(field, `a list of ${length} numbers`, value);
    return value;
  }

  /** At least `least` whole numbers from 1. */
  wholes(field: string, otherwise: readonly number[], least: number): readonly number[] {
    const value = this.raw(field) ?? otherwise;
    const isWholes =
      Array.isArray(value) && value.length >= least && value.every((n) => isWhole(n) && n > 0 && n <= MOST);
    if (!isWholes) throw this.wrong(field, `a list of ${least} or more whole numbers`, value);
    return value;
  }

  /** The error for a value that this project does not know. */
  wrong(field: string, want: string, got: unknown): FileError {
    const message = `${this.#where}: want "${field}" to be ${want}, got ${quote(got)}`;
    return new FileError(`${message}. If the file is the checkpoint's own, that kind is not supported yet.`);
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
