/** Some neighbours of a batch. */
export interface BatchPlace {
  /** Number of the first, from 0. */
  readonly first: number;
  readonly count: number;
  /** Of the whole batch. */
  readonly batch: number;
}

/** A batch of one. */
export const ALONE: BatchPlace = { first: 0, count: 1, batch: 1 };
