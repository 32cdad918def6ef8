import * as page from "../../../src/index.ts";
import * as worker from "../../../src/worker/index.ts";

declare global {
  var library: typeof page;
  /** The same DPT in a worker. */
  var remote: typeof worker;
  /** A picture with something in it, the same each time. */
  var testPicture: () => ImageData;
}

globalThis.library = page;
globalThis.remote = worker;

globalThis.testPicture = () => {
  const picture = new ImageData(160, 120);
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = i % 4 === 3 ? 255 : (i * i) % 253;
  return picture;
};
