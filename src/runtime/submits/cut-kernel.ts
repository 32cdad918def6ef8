import type { Kernel } from "../graph/kernel.ts";
import { PLACE } from "./most-parts.ts";

type Triple = readonly [number, number, number];

/** A part of a grid of workgroups. */
export interface GridPart {
  readonly first: Triple;
  readonly workgroups: Triple;
}

/**
 * The kernel as one that computes a part of its grid: workgroups are counted from `@group(1) @binding(0)`, a uniform
 * `vec4u` whose last number is not read. Only workgroups of one dispatch never wait for one another, so parts of it may run
 * one after the other.
 */
export function movableKernel(kernel: Kernel): Kernel {
  const code = kernel.code
    .replace(PLACE, "@builtin(workgroup_id) placeInPart: vec3u")
    .replace(/fn main\([^{]*\{/, (head) => `${head}\n  let workgroup = placeInPart + partBegins.xyz;`);
  // At the end, for directives come first.
  return { ...kernel, code: `${code}\n@group(1) @binding(0) var<uniform> partBegins: vec4u;` };
}

/** Cuts a grid into so many parts of nearly the same size, across its longest side first. */
export function cutGrid(part: GridPart, parts: number): readonly GridPart[] {
  if (parts <= 1) return [part];
  const { first, workgroups } = part;
  const longest = Math.max(...workgroups);
  if (longest === 1) return [part];
  const axis = workgroups.indexOf(longest);
  const one = Math.floor(parts / 2);
  const cut = Math.min(longest - 1, Math.max(1, Math.round((longest * one) / parts)));
  const change = (of: Triple, value: number) => of.map((old, i) => (i === axis ? value : old)) as unknown as Triple;
  return [
    ...cutGrid({ first, workgroups: change(workgroups, cut) }, one),
    ...cutGrid(
      { first: change(first, first[axis]! + cut), workgroups: change(workgroups, longest - cut) },
      parts - one,
    ),
  ];
}
