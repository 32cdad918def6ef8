import type { ModelMethods, RawPicture } from "../../src/index.ts";
import type { Misuse } from "./odd-values.ts";

/** Calls that a disposed model refuses. */
export function disposedMisuses(model: ModelMethods, picture: RawPicture): Misuse[] {
  async function* pictures() {
    yield picture;
  }
  const pixels = { shape: [1, 3, 32, 32], data: new Float32Array(3 * 32 * 32) };
  return [
    ["segment", () => model.segment(picture)],
    ["segment a list", () => model.segment([picture])],
    ["predict", () => model.predict(picture)],
    ["profile", () => model.profile(picture)],
    ["profile nothing", () => model.profile()],
    ["forward", () => model.forward(pixels)],
    ["plan", () => model.plan()],
    ["tune", () => model.tune()],
    ["stream", () => model.stream(pictures()).next()],
  ];
}
