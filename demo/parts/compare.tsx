import { useMemo } from "preact/hooks";
import type { Answer } from "../answer.ts";
import { type Difference, differenceOf } from "../draw/difference.ts";
import { picture, settings, sides } from "../state.ts";
import { modelName } from "../words/model-name.ts";
import { Pane } from "./pane.tsx";
import { PixelCanvas } from "./pixel-canvas.tsx";

/** Two answers side by side, and the pixels on which they differ. */
export function Compare() {
  const shown = picture.value;
  const [first, second] = sides.map(({ answer }) => answer.value);
  const { model, dtype, against, againstDtype } = settings.value;
  const difference = useMemo(() => first && second && differenceWhereFit(first, second), [first, second]);
  if (!shown) return <p class="empty">Choose a picture below, or drop one here.</p>;
  const { width, height } = shown;
  const fits = difference && difference.pixels.length === 4 * width * height;
  const what = first?.task === "depth" ? "more than 5 % of the depth's range apart" : "of another class";
  return (
    <div class="panes two">
      <Pane picture={shown} answer={first} name={words(model, dtype)} />
      <Pane picture={shown} answer={second} name={words(against, againstDtype)} />
      <figure class="pane">
        <figcaption>Pixels that differ</figcaption>
        <div class="frame" style={{ "--ratio": width / height }}>
          <PixelCanvas class="layer" pixels={shown.data} width={width} height={height} />
          {fits && <PixelCanvas class="layer result" pixels={difference.pixels} width={width} height={height} />}
        </div>
      </figure>
      <div class="pane agreement" id="agreement">
        {difference ? (
          <p>
            <strong>{percent(1 - difference.share)}</strong>
            the same
            <span class="small">
              {difference.count.toLocaleString("en")} of {(width * height).toLocaleString("en")} pixels are {what}
            </span>
          </p>
        ) : (
          <p class="small">Both answers are needed for this.</p>
        )}
      </div>
    </div>
  );
}

/** None while one of them still is of the picture or the task before. */
function differenceWhereFit(a: Answer, b: Answer): Difference | undefined {
  const isOne = a.task === b.task && a.map.width === b.map.width && a.map.height === b.map.height;
  return isOne ? differenceOf(a, b) : undefined;
}

function words(model: string, dtype: string): string {
  return `${modelName(model)}, ${dtype}`;
}

/** Rounded down: what differs at all is never 100 %. */
function percent(share: number): string {
  return share === 1 ? "100 %" : `${(Math.floor(share * 10000) / 100).toFixed(2)} %`;
}
