/** A photo that was given on this visit. Of its pixels nothing is kept: it is read anew when it is shown again. */
export interface OwnPhoto {
  /** `file:NUMBER`, which is what `Settings.sample` is while it is shown. */
  readonly key: string;
  readonly file: File;
  /** The address of a small picture to choose it by, once there is one. */
  readonly small?: string | undefined;
}

/** As many as are found again at a glance. */
export const MOST_OWN = 12;

let last = 0;

/**
 * Photos with those that were given now at their head, in their order; none twice, and the oldest beyond twelve left out.
 * @returns all that are kept, and the keys of those that were given, as far as they are kept
 */
export function withGiven(
  kept: readonly OwnPhoto[],
  given: readonly File[],
): { readonly photos: readonly OwnPhoto[]; readonly keys: readonly string[] } {
  const unique = given.filter((file, i) => given.findIndex((each) => isSame(each, file)) === i);
  const added = unique.map((file) => kept.find((each) => isSame(each.file, file)) ?? { key: `file:${++last}`, file });
  const photos = [...added, ...kept.filter((each) => !added.includes(each))].slice(0, MOST_OWN);
  return { photos, keys: added.filter((each) => photos.includes(each)).map(({ key }) => key) };
}

function isSame(a: File, b: File): boolean {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
}
