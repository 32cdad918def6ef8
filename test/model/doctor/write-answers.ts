import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expectedAnswers } from "./expected-answers.ts";

// tsx test/model/doctor/write-answers.ts && npm run format: after the doctor's cases have changed.
const text = `/** Sums of every 61st value of an answer, and the largest sum of magnitudes among them. */
export interface Answer {
  readonly scale: number;
  readonly sums: readonly number[];
}

/** By the case's name: what the float64 loops of the tests make of it, written by test/model/doctor/write-answers.ts. */
export const ANSWERS: Readonly<Record<string, Answer>> = ${JSON.stringify(expectedAnswers())};
`;
writeFileSync(fileURLToPath(new URL("../../../src/model/doctor/answers.ts", import.meta.url)), text);
