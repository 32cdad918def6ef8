import { useEffect } from "preact/hooks";
import { hexOf } from "../../src/model/palettes/hex-of.ts";
import type { Answer } from "../answer.ts";
import { colourMap } from "../draw/colour-maps.ts";
import { rangeOf } from "../draw/painter.ts";
import { film } from "../live/live.ts";
import type { Settings } from "../settings/settings.ts";
import { spoken } from "../state.ts";
import { useAsked } from "./use-asked.ts";

interface Props {
  /** None before it comes. */
  readonly answer: Extract<Answer, { task: "depth" }> | undefined;
  readonly colours: Settings["colours"];
}

/** What the colours of a depth map stand for. */
export function DepthScale({ answer, colours }: Props) {
  const { value: range } = useAsked(answer && (() => rangeOf(answer)), [answer]);
  const unit = answer?.map.unit ?? "";
  useEffect(() => {
    if (range && !film.peek())
      spoken.value = `Depth from ${depthWords(range.farthest, unit)}, far, to ${depthWords(range.nearest, unit)}, near`;
  }, [range, unit]);
  const stops = colourMap(colours)
    .filter((_, i) => i % 15 === 0)
    .map(hexOf);
  return (
    <section class="scale" aria-labelledby="scale-title">
      <h2 id="scale-title">Depth</h2>
      <div class="ramp" style={{ background: `linear-gradient(to right, ${stops.join(", ")})` }} />
      <dl>
        <div>
          <dt>far</dt>
          <dd>{range ? depthWords(range.farthest, unit) : "–"}</dd>
        </div>
        <div>
          <dt>near</dt>
          <dd>{range ? depthWords(range.nearest, unit) : "–"}</dd>
        </div>
      </dl>
      {unit !== "metres" && (
        <p class="small">Relative inverse depth: larger is nearer, in no unit. Models for metres say metres here.</p>
      )}
    </section>
  );
}

function depthWords(value: number, unit: string): string {
  return unit === "metres" ? `${value.toFixed(2)} m` : value.toPrecision(3);
}
