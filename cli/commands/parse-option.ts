import type { Size } from "../../src/index.ts";
import { UsageError } from "../../src/runtime/errors.ts";

/** A text that is not empty, as a variable of the shell that was never set is. @throws UsageError */
export function parseText(option: string, want = "a path") {
  return (text: string): string => {
    if (text !== "") return text;
    throw new UsageError(`${option}: want ${want}, got "". Leave it out or name one.`);
  };
}

const parsePath = parseText("--output");

/** Where results go. @throws UsageError too for `-`, which elsewhere is a pipe */
export function parseOutput(text: string): string {
  if (text !== "-") return parsePath(text);
  throw new UsageError("--output: want a path, got -, and results are not written to a pipe. Name one.");
}

/** `640x480`, or "native". @throws UsageError */
export function parseSizeOrNative(text: string): Size | "native" {
  return text === "native" ? text : sizeOf(text, "WIDTHxHEIGHT or native");
}

/** `640x480`. @throws UsageError */
export function parseSize(text: string): Size {
  return sizeOf(text, "WIDTHxHEIGHT");
}

function sizeOf(text: string, want: string, option = "--size"): Size {
  const match = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/.exec(text);
  if (!match) throw new UsageError(`${option}: want ${want} in pixels, got "${text}". Write it as 640x480.`);
  return { width: Number(match[1]), height: Number(match[2]) };
}

/** The side of a square, or `640x480`. @throws UsageError */
export function parseTile(text: string): number | Size {
  const side = numberOf(text);
  if (Number.isSafeInteger(side) && side >= 1) return side;
  return sizeOf(text, "a side or WIDTHxHEIGHT", "--tile");
}

/** A number from 0 to 1. @throws UsageError */
export function parseAlpha(text: string): number {
  const alpha = numberOf(text);
  if (alpha >= 0 && alpha <= 1) return alpha;
  throw new UsageError(`--alpha: want a number from 0 (photo) to 1 (colours), got "${text}". Write it as 0.5.`);
}

/** A number above 0. @throws UsageError */
export function parseTolerance(text: string): number {
  const tolerance = numberOf(text);
  if (tolerance > 0 && Number.isFinite(tolerance)) return tolerance;
  throw new UsageError(`--tolerance: want a number above 0, got "${text}". Write it as 1e-4.`);
}

/** Milliseconds above 0. @throws UsageError */
export function parseMilliseconds(text: string): number {
  const milliseconds = numberOf(text);
  if (milliseconds > 0 && Number.isFinite(milliseconds)) return milliseconds;
  throw new UsageError(`--tune: want milliseconds above 0, got "${text}". Write it as --tune 5000.`);
}

/** Names with commas between them. @throws UsageError */
export function parseNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (!names.includes("")) return names;
  throw new UsageError(`--classes: want names with commas between, got "${text}". Write it as road,car.`);
}

/** Some of a few words with commas between them, each once, in the order of `choices`. @throws UsageError */
export function parseChoices<Word extends string>(option: string, choices: readonly Word[]) {
  return (text: string): readonly Word[] => {
    const words = text.split(",").map((word) => word.trim());
    const unknown = words.filter((word) => !choices.includes(word as Word));
    if (unknown.length === 0) return choices.filter((choice) => words.includes(choice));
    const want = `want some of ${choices.join(", ")}, with commas between`;
    throw new UsageError(`${option}: ${want}, got "${text}". Write it as ${choices.slice(0, 2).join(",")}.`);
  };
}

/** Numbers above 0 with commas between them. @throws UsageError */
export function parseNumbers(option: string, example: string) {
  return (text: string): readonly number[] => {
    const numbers = text.split(",").map(numberOf);
    if (numbers.every((value) => value > 0 && Number.isFinite(value))) return numbers;
    throw new UsageError(`${option}: want numbers above 0 with commas between, got "${text}". Write it as ${example}.`);
  };
}

/** A number of some range. @throws UsageError */
export function parseNumber(option: string, want: string, isRight: (value: number) => boolean) {
  return (text: string): number => {
    const value = numberOf(text);
    if (isRight(value)) return value;
    throw new UsageError(`${option}: want ${want}, got "${text}". Leave it out for the default.`);
  };
}

/** NaN unless all of the text is a number. */
function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
