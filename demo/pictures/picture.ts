/** A picture as it is shown and as models get it: 8-bit RGBA, row by row from the top. */
export interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A photo of a phone has 12 to 50 million pixels, and answers are as large as the picture: more helps nobody here. */
export const LONGEST_SIDE = 2048;
