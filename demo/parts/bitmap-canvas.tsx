import type { CSSProperties } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Asked } from "./use-asked.ts";

interface Props extends Asked<ImageBitmap> {
  readonly class: string;
  readonly style?: CSSProperties | undefined;
}

/** A bitmap as it is, handed over to the canvas: no pixel is touched here. What was there before stays until it comes. */
export function BitmapCanvas({ value: bitmap, isReady, class: name, style }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (!canvas.current || !bitmap) return;
    Object.assign(canvas.current, { width: bitmap.width, height: bitmap.height });
    canvas.current.getContext("bitmaprenderer")?.transferFromImageBitmap(bitmap);
  }, [bitmap]);
  return <canvas ref={canvas} class={name} style={style} data-ready={isReady} />;
}
