import street from "../../examples/street.png?url";
import cat from "../samples/cat.jpg?url";
import coffee from "../samples/coffee.jpg?url";
import crossing from "../samples/crossing.jpg?url";
import smallCat from "../samples/small/cat.jpg?url";
import smallCoffee from "../samples/small/coffee.jpg?url";
import smallCrossing from "../samples/small/crossing.jpg?url";
import smallStreet from "../samples/small/street.jpg?url";

export interface Sample {
  readonly name: string;
  /** What is to be seen. */
  readonly words: string;
  readonly url: string;
  /** Of a picture to choose it by. */
  readonly small: string;
  /** In pixels, so that its room is known before it has come. */
  readonly width: number;
  readonly height: number;
}

/** Streets are from CamVid (CC BY-NC 4.0), the others from scikit-image (CC0). */
export const SAMPLES: readonly Sample[] = [
  { name: "street", words: "a street with parked cars", url: street, small: smallStreet, width: 480, height: 360 },
  { name: "crossing", words: "a road through a town", url: crossing, small: smallCrossing, width: 480, height: 360 },
  { name: "coffee", words: "a cup of coffee on a table", url: coffee, small: smallCoffee, width: 600, height: 400 },
  { name: "cat", words: "a cat's face", url: cat, small: smallCat, width: 451, height: 300 },
];

export function sampleOf(name: string): Sample | undefined {
  return SAMPLES.find((sample) => sample.name === name);
}
