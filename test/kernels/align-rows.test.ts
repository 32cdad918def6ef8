import { describe, expect, test } from "vitest";
import { alignRows } from "../../src/kernels/align-rows.ts";
import { randomStream } from "../random.ts";
import { alignRows as reference } from "../reference/align-rows.ts";
import { runKernel } from "../run-kernel.ts";

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array } as const;

describe.each(["u8", "u16", "f32"] as const)("%s", (dtype) => {
  test.each([
    [1, 1],
    [3, 5],
    [7, 63],
    [2, 64],
    [5, 65],
    [4, 128],
    [3, 255],
    [2, 256],
    [3, 257],
    // More workgroups than a dimension may have.
    ...(dtype === "f32" ? [] : ([[dtype === "u8" ? 65_600 : 33_000, 3]] as const)),
  ] as const)("[%i, %i], rows at multiples of 256 bytes", async (height, width) => {
    const kernel = alignRows({ height, width, dtype });
    const filled = kernel.output.shape[1]!;
    const Numbers = ARRAYS[dtype];
    expect((filled * Numbers.BYTES_PER_ELEMENT) % 256).toBe(0);
    expect((filled - width) * Numbers.BYTES_PER_ELEMENT).toBeLessThan(256);
    const next = randomStream(width);
    // Room to the next whole vector, as buffers have it, with numbers that must not come along.
    const x = new Numbers(4 * Math.ceil((height * width) / 4)).map(() => 1 + 254 * next());
    const words = new Uint32Array(x.buffer.slice(0, Math.ceil((height * width * Numbers.BYTES_PER_ELEMENT) / 4) * 4));
    const got = new Numbers(await runKernel(kernel, words)).subarray(0, height * filled);
    expect(got.length).toBe(height * filled);
    const want = Numbers.from(reference(x, height, width, filled));
    const bytesOf = ({ buffer, byteOffset, byteLength }: typeof got) => Buffer.from(buffer, byteOffset, byteLength);
    expect(bytesOf(got).equals(bytesOf(want))).toBe(true);
  });
});

test("NaN and infinity keep their bits", async () => {
  const x = Uint32Array.of(0x7fc01234, 0x7f800000, 0xff800000, 0x80000000);
  const got = new Uint32Array(await runKernel(alignRows({ height: 2, width: 2, dtype: "f32" }), x));
  expect([got[0], got[1], got[64], got[65]]).toEqual([...x]);
});
