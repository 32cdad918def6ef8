/** Of the coded picture; chroma is stored for blocks of 2x2. */
const [WIDTH, HEIGHT] = [32, 16];

/**
 * A frame of 32x16 pixels with a ramp from left to right, another downwards, and corners of other colours: every turn,
 * mirror and cut of it looks different.
 */
export async function videoFrameOf(format: VideoPixelFormat | "bitmap", settings: object): Promise<VideoFrame> {
  const init = { timestamp: 0, ...settings };
  const context = new OffscreenCanvas(WIDTH, HEIGHT).getContext("2d")!;
  const image = context.createImageData(WIDTH, HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++)
      image.data.set([8 * x, 16 * y, x < 8 && y < 8 ? 250 : 40, 255], 4 * (y * WIDTH + x));
  }
  if (format === "bitmap") return new VideoFrame(await createImageBitmap(image), init);
  const bytes = format.startsWith("RGB") || format.startsWith("BGR") ? packed(image, format) : planes(image, format);
  return new VideoFrame(bytes, { ...init, format, codedWidth: WIDTH, codedHeight: HEIGHT });
}

function packed({ data }: ImageData, format: VideoPixelFormat): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(data);
  if (format.startsWith("BGR")) for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 3).reverse();
  return bytes;
}

/** BT.709 in the studio's range, as video is. */
function planes({ data }: ImageData, format: VideoPixelFormat): Uint8Array<ArrayBuffer> {
  const of = (x: number, y: number) =>
    [0, 1, 2].map((c) => data[4 * (y * WIDTH + x) + c]! / 255) as [number, number, number];
  const luma = ([r, g, b]: [number, number, number]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [ys, us, vs]: [number[], number[], number[]] = [[], [], []];
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const rgb = of(x, y);
      ys.push(16 + 219 * luma(rgb));
      if (x % 2 || y % 2) continue;
      us.push(128 + (224 * (rgb[2] - luma(rgb))) / 1.8556);
      vs.push(128 + (224 * (rgb[0] - luma(rgb))) / 1.5748);
    }
  }
  const chroma = format === "NV12" ? us.flatMap((u, i) => [u, vs[i]!]) : [...us, ...vs];
  return Uint8Array.from([...ys, ...chroma].map(Math.round));
}
