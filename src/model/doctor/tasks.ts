import type { Path } from "../../runtime/graph/kernel.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Traits } from "../../runtime/graph/traits.ts";
import { familyOf } from "../../runtime/paths/switched-off.ts";
import type { DoctorCase } from "./doctor-case.ts";

/** One way to compute one case. */
export interface Task {
  readonly of: DoctorCase;
  readonly precision: Precision;
  readonly path: Path;
}

/**
 * All ways to compute all cases, in an order that tells most where time runs out: first the way of each that models take when
 * nothing is measured, then one path of each kind, then other sizes; among those the shortest texts, which compilers are done
 * with first.
 */
export async function tasksOf(cases: readonly DoctorCase[], traits: Traits): Promise<readonly Task[]> {
  const precisions: readonly Precision[] = traits.f16 ? ["f32", "f16"] : ["f32"];
  const ranked = precisions.flatMap((precision) =>
    cases
      .filter((of) => (of.precisions ?? precisions).includes(precision))
      .map(async (of) => inRanks(await of.paths(precision, traits)).map((ranked) => ({ of, precision, ...ranked }))),
  );
  return (await Promise.all(ranked)).flat().toSorted((a, b) => a.rank - b.rank || lengthOf(a.path) - lengthOf(b.path));
}

/** 0 is the first of all, 1 the first of each other kind, and so on. */
function inRanks([first, ...others]: readonly Path[]): { readonly path: Path; readonly rank: number }[] {
  if (!first) return [];
  const ofKind = new Map([[kindOf(first), 1]]);
  const ranked = others
    .toSorted((a, b) => lengthOf(a) - lengthOf(b))
    .map((path) => {
      const rank = 1 + (ofKind.get(kindOf(path)) ?? 0);
      ofKind.set(kindOf(path), rank);
      return { path, rank };
    });
  return [{ path: first, rank: 0 }, ...ranked];
}

/** Sums that are cut into parts are a kind of their own. */
function kindOf(path: Path): string {
  return `${familyOf(path)} in ${path.stages.length} steps`;
}

function lengthOf({ stages }: Path): number {
  return stages.reduce((sum, { kernel }) => sum + kernel.code.length, 0);
}
