import { expect, test } from "vitest";
import { inMemory, type PictureSource, takePicture } from "../../../src/runtime/pictures/picture.ts";
import { testDevice } from "../../device.ts";

test("raw pixels are copied when the call is made", async () => {
  const data = Uint8Array.of(1, 2, 3);
  const taking = takePicture({ width: 1, height: 1, data });
  data.fill(9);
  expect(await taking).toEqual({ width: 1, height: 1, words: Uint32Array.of(0xff030201) });
});

test("a texture is copied on its device, as it is when the call is made", async () => {
  const device = await testDevice();
  const usage = GPUTextureUsage.COPY_SRC | GPUTextureUsage.COPY_DST;
  const texture = device.createTexture({ size: [3, 2], format: "rgba8unorm-srgb", usage });
  const write = (first: number) => {
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => first + i);
    device.queue.writeTexture({ texture }, bytes, { bytesPerRow: 12 }, [3, 2]);
  };
  write(1);
  const taking = takePicture(texture, device);
  write(100);
  const { words, ...size } = await inMemory(await taking);
  texture.destroy();
  expect(size).toEqual({ width: 3, height: 2 });
  expect([...new Uint8Array(words.buffer)]).toEqual(Array.from({ length: 24 }, (_, i) => 1 + i));
});

test.each([
  ["a file where nothing decodes it", new Blob(["x"]), /^picture: want a browser that decodes files, got none\. /],
  ["an address", "photo.jpg", /^picture: want an image, .* got a string\. Fetch it/],
  ["nothing", null, /^picture: want an image, .* got Null\./],
  ["what has sides alone", { width: 3, height: 4 }, /^picture: want an image, .* got Object\./],
  ["an answer of a server", new Response("x"), /^picture: want an image, .* got Response\./],
  ["a list for data", { width: 1, height: 1, data: [1, 2, 3] }, /^picture: want data in a Uint8Array .* got Array\./],
])("%s is refused", async (_, source, words) => {
  await expect(takePicture(source as PictureSource)).rejects.toThrow(words);
});
