import type { PictureSource } from "../../runtime/pictures/picture.ts";

/** A frame that came. */
export interface Frame {
  readonly picture: PictureSource;
  /** When it came, by `performance.now()`. */
  readonly came: number;
  /** Its place in the film, in seconds, where it has one. */
  readonly time?: number | undefined;
  /** Gives back what it holds. */
  readonly close?: (() => void) | undefined;
}

/** Where frames come from. */
export interface Frames {
  /** The next frame to be answered; `undefined` after the last one. @throws what the source failed with */
  next(): Promise<Frame | undefined>;
  /** Frames so far that made room for newer ones. */
  readonly dropped: number;
  /** No more are wanted. */
  close(): void;
}
