import type { CSSProperties } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  readonly width: number;
  readonly height: number;
  /** RGBA, or an ImageData. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer> | ImageData;
  readonly class: string;
  readonly style?: CSSProperties | undefined;
}

/** Pixels as they are. */
export function PixelCanvas({ width, height, pixels, class: name, style }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const image = pixels instanceof ImageData ? pixels : new ImageData(pixels, width, height);
    canvas.current?.getContext("2d")?.putImageData(image, 0, 0);
  }, [pixels, width, height]);
  return <canvas ref={canvas} class={name} style={style} width={width} height={height} />;
}
