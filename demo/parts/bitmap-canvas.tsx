import type { CSSProperties } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useAsked } from "./use-asked.ts";

interface Props {
  /** A bitmap for so many pixels of the screen in width. */
  readonly paint: (width: number) => Promise<ImageBitmap>;
  /** Painted anew when one of them changes. */
  readonly about: readonly unknown[];
  readonly class: string;
  readonly style?: CSSProperties | undefined;
}

/**
 * What the painter paints, handed over to the canvas: no pixel is touched here, and what was there stays until it comes.
 * Where the screen shows it small, it is small: four million pixels take a browser that composes in software 15 to 45 ms of the page.
 */
export function BitmapCanvas({ paint, about, class: name, style }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState<number | undefined>();
  useLayoutEffect(() => {
    const shown = canvas.current!;
    const look = () => setWidth(stepAbove(shown.clientWidth * devicePixelRatio));
    look();
    const observer = new ResizeObserver(look);
    observer.observe(shown);
    return () => observer.disconnect();
  }, []);
  const { value: bitmap, isReady } = useAsked(width ? () => paint(width) : undefined, [width, ...about]);
  useLayoutEffect(() => {
    if (!canvas.current || !bitmap) return;
    Object.assign(canvas.current, { width: bitmap.width, height: bitmap.height });
    canvas.current.getContext("bitmaprenderer")?.transferFromImageBitmap(bitmap);
  }, [bitmap]);
  return <canvas ref={canvas} class={name} style={style} data-ready={width !== undefined && isReady} />;
}

/** Powers of two, so that a window that is resized seldom needs other bitmaps. */
function stepAbove(pixels: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, pixels)));
}
