import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { inspectPicture, readPicture } from "../../../cli/pictures/read-picture.ts";
import { FileError } from "../../../src/runtime/errors.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { pngHeader } from "./png-header.ts";

const folder = temporaryFolder();
const WIDE = 20_000;

/** A file of these raw pixels. */
async function picture(
  name: string,
  data: Uint8Array | Uint16Array,
  size: { width: number; height: number; channels: 1 | 2 | 3 | 4; pageHeight?: number },
  save: (image: Sharp) => Sharp,
): Promise<string> {
  const path = join(folder, name);
  await save(sharp(data, { raw: size })).toFile(path);
  return path;
}

async function pixelsOf(path: string): Promise<number[]> {
  const { width, height, data } = await readPicture(path);
  expect(await inspectPicture(path)).toEqual({ width, height });
  expect(data.length).toBe(3 * width * height);
  return [...data];
}

test("8-bit RGB as it is, whatever profile is embedded", async () => {
  const pixels = Uint8Array.of(255, 0, 0, 1, 2, 3);
  const size = { width: 2, height: 1, channels: 3 } as const;
  expect(await pixelsOf(await picture("rgb.png", pixels, size, (image) => image.png()))).toEqual([...pixels]);
  const srgb = await picture("srgb.png", pixels, size, (image) => image.png().withIccProfile("p3", { attach: true }));
  const stored = await sharp(srgb, { ignoreIcc: true }).raw().toBuffer();
  expect(await pixelsOf(srgb)).toEqual([...stored]);
});

test("grey and a palette become three channels", async () => {
  const grey = { width: 3, height: 1, channels: 1 } as const;
  const path = await picture("grey.png", Uint8Array.of(0, 7, 255), grey, (image) => image.toColourspace("b-w").png());
  expect((await sharp(path).metadata()).channels).toBe(1);
  expect(await pixelsOf(path)).toEqual([0, 0, 0, 7, 7, 7, 255, 255, 255]);

  const rgb = { width: 2, height: 1, channels: 3 } as const;
  const palette = await picture("palette.png", Uint8Array.of(255, 0, 0, 0, 0, 255), rgb, (i) =>
    i.png({ palette: true }),
  );
  expect(pngHeader(await readFile(palette)).colour).toBe("indexed");
  expect(await pixelsOf(palette)).toEqual([255, 0, 0, 0, 0, 255]);
});

test("16 bits keep the high byte, in colour and in grey", async () => {
  const rgb = { width: 2, height: 1, channels: 3 } as const;
  const values = Uint16Array.of(0x1234, 0xabcd, 0xffff, 0x00ff, 0x0100, 0x7fff);
  const colour = await picture("rgb16.png", values, rgb, (image) => image.toColourspace("rgb16").png());
  expect((await sharp(colour).metadata()).depth).toBe("ushort");
  expect(await pixelsOf(colour)).toEqual([0x12, 0xab, 0xff, 0, 1, 0x7f]);

  const size = { width: 2, height: 1, channels: 1 } as const;
  const grey = await picture("grey16.png", Uint16Array.of(0x80ff, 300), size, (i) => i.toColourspace("grey16").png());
  expect((await sharp(grey).metadata()).depth).toBe("ushort");
  expect(await pixelsOf(grey)).toEqual([0x80, 0x80, 0x80, 1, 1, 1]);
});

test("alpha is dropped, not blended over black", async () => {
  const rgba = Uint8Array.of(200, 100, 50, 0, 10, 20, 30, 128);
  const size = { width: 2, height: 1, channels: 4 } as const;
  expect(await pixelsOf(await picture("rgba.png", rgba, size, (image) => image.png()))).toEqual([
    200, 100, 50, 10, 20, 30,
  ]);
  const grey = { width: 2, height: 1, channels: 2 } as const;
  const la = await picture("la.png", Uint8Array.of(9, 0, 99, 255), grey, (image) => image.toColourspace("b-w").png());
  expect(await pixelsOf(la)).toEqual([9, 9, 9, 99, 99, 99]);
});

test("CMYK becomes RGB of about the same colour", async () => {
  const size = { width: 16, height: 16, channels: 3 } as const;
  const red = Uint8Array.from({ length: 3 * 256 }, (_, i) => (i % 3 === 0 ? 220 : 30));
  const path = await picture("cmyk.jpg", red, size, (image) => image.toColourspace("cmyk").jpeg({ quality: 100 }));
  expect((await sharp(path).metadata()).space).toBe("cmyk");
  const [r, g, b] = await pixelsOf(path);
  expect(r).toBeGreaterThan(190);
  expect(Math.max(g!, b!)).toBeLessThan(70);
});

test("EXIF's orientation is applied: 6 turns to the right", async () => {
  const size = { width: 2, height: 1, channels: 3 } as const;
  const pixels = Uint8Array.of(1, 2, 3, 40, 50, 60);
  const path = await picture("exif.png", pixels, size, (image) => image.withMetadata({ orientation: 6 }).png());
  expect(await inspectPicture(path)).toEqual({ width: 1, height: 2 });
  expect(await pixelsOf(path)).toEqual([1, 2, 3, 40, 50, 60]);
  const turned = await picture("exif3.png", pixels, size, (image) => image.withMetadata({ orientation: 3 }).png());
  expect(await pixelsOf(turned)).toEqual([40, 50, 60, 1, 2, 3]);
});

test("the first frame of an animation", async () => {
  const frames = Uint8Array.from({ length: 24 }, (_, i) => (i < 12 ? 10 : 200));
  const size = { width: 2, height: 4, channels: 3, pageHeight: 2 } as const;
  const path = await picture("moving.webp", frames, size, (image) => image.webp({ lossless: true }));
  expect((await sharp(path, { animated: true }).metadata()).pages).toBe(2);
  expect(await pixelsOf(path)).toEqual(new Array(12).fill(10));
});

test("1x1 and 20,000 wide", async () => {
  const one = await picture("one.png", Uint8Array.of(4, 5, 6), { width: 1, height: 1, channels: 3 }, (i) => i.png());
  expect(await pixelsOf(one)).toEqual([4, 5, 6]);
  const row = Uint8Array.from({ length: 3 * WIDE }, (_, i) => i % 251);
  const wide = await picture("wide.png", row, { width: WIDE, height: 1, channels: 3 }, (image) => image.png());
  expect((await readPicture(wide)).data).toEqual(Buffer.from(row));
});

test("more than 20,000 x 20,000 is refused by the header", async () => {
  const path = join(folder, "huge.png");
  const small = await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  // IHDR's width and height; its checksum is then wrong, which the header's reader does not look at.
  small.writeUInt32BE(20_001, 16);
  small.writeUInt32BE(20_000, 20);
  await writeFile(path, small);
  await expect(readPicture(path)).rejects.toThrow(/huge\.png: want at most 400,000,000 pixels, got 20001x20000\./);
});

test("a file of a few bytes that unpacks to very many pixels is refused by the header", async () => {
  const path = join(folder, "bomb.gif");
  const gif = await sharp({ create: { width: 9, height: 7, channels: 3, background: "red" } })
    .gif()
    .toBuffer();
  // Width and height of the screen, and of the frame behind the first image descriptor (0x2c).
  const frame = gif.indexOf(Buffer.of(0x2c, 0, 0, 0, 0, 9, 0, 7, 0));
  expect(frame).toBeGreaterThan(0);
  for (const at of [6, frame + 5]) gif.set([0, 64, 0, 32], at);
  await writeFile(path, gif);
  await expect(readPicture(path)).rejects.toThrow(
    /bomb\.gif: want at most [\d,]+ pixels in [\d,]+ bytes, got 16384x8192\./,
  );
});

test("what is no picture is named and told", async () => {
  const noise = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * 2_654_435_761) >>> 24);
  const size = { width: 64, height: 64, channels: 3 } as const;
  const jpeg = await sharp(noise, { raw: size }).jpeg().toBuffer();
  const png = await sharp(noise, { raw: size }).png().toBuffer();
  const files: [string, Uint8Array | undefined, RegExp][] = [
    ["missing.png", undefined, /got no such file/],
    ["folder.png", undefined, /got a folder/],
    ["empty.png", new Uint8Array(), /got an empty file/],
    ["text.png", new TextEncoder().encode("hello"), /unsupported image format/],
    ["header.png", png.subarray(0, 40), /want a picture \(JPEG/],
    ["half.jpg", jpeg.subarray(0, jpeg.length / 2), /want a picture \(JPEG/],
    ["half.png", png.subarray(0, png.length / 2), /want a picture \(JPEG/],
  ];
  await mkdir(join(folder, "folder.png"));
  for (const [name, bytes, message] of files) {
    if (bytes) await writeFile(join(folder, name), bytes);
    const error: unknown = await readPicture(join(folder, name)).catch((e: unknown) => e);
    expect(error, name).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message.startsWith(`${join(folder, name)}: want a picture`)).toBe(true);
  }
});

test("a phone's HEIC is told before anything is loaded, and AVIF is read", async () => {
  // The box of brands that iOS writes.
  const box = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypmif1\0\0\0\0mif1heic"), Buffer.alloc(100)]);
  const path = join(folder, "photo.heic");
  await writeFile(path, box);
  const words = `${path}: want a picture (JPEG, PNG, WebP, TIFF, AVIF, …), got HEIC, whose codec is not free. Save it as JPEG or PNG.`;
  await expect(inspectPicture(path)).rejects.toThrow(new FileError(words));
  const avif = join(folder, "photo.avif");
  await sharp("examples/street.png").resize(48, 32).avif().toFile(avif);
  expect(await inspectPicture(avif)).toEqual({ width: 48, height: 32 });
});
