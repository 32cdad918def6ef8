import type { Ceilings } from "../ceilings/ceilings.ts";
import { describeConfig } from "../ceilings/subgroup-matrix.ts";

/** A level of the roofline: FLOP/s that a unit of the adapter reached. */
export interface Roof {
  readonly label: string;
  readonly rate: number;
}

/** The levels of some runs on one adapter, of each the highest: what was reached once can be reached. */
export function roofsOf(ceilings: readonly Ceilings[]): Roof[] {
  const byLabel = new Map<string, Roof>();
  for (const roof of ceilings.flatMap(levels)) {
    if (roof.rate > (byLabel.get(roof.label)?.rate ?? 0)) byLabel.set(roof.label, roof);
  }
  return [...byLabel.values()];
}

function levels({ f32, f16, matrices }: Ceilings): Roof[] {
  return [
    { label: "f32 multiply-adds", rate: f32 },
    ...(f16 === undefined ? [] : [{ label: "f16 multiply-adds", rate: f16 }]),
    ...matrices.map((matrix) => ({ label: `subgroup matrices ${describeConfig(matrix)}`, rate: matrix.rate })),
  ];
}
