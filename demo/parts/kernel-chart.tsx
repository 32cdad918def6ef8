import { useEffect, useMemo, useRef } from "preact/hooks";
import { formatDuration } from "../../cli/text/format-duration.ts";
import { type KernelBar, kernelBars } from "../draw/kernel-bars.ts";
import type { KernelTime } from "../engine.ts";

const MOST = 10;

/** Time by kernel as bars, and as a table for whoever cannot see them. */
export function KernelChart({ times }: { times: readonly KernelTime[] }) {
  const place = useRef<HTMLDivElement>(null);
  const bars = useMemo(() => kernelBars(times).slice(0, MOST), [times]);
  useEffect(() => {
    drawBars(bars).then((plot) => place.current?.replaceChildren(plot));
  }, [bars]);
  return (
    <figure class="chart" id="kernels">
      <figcaption>Time by kernel</figcaption>
      <div ref={place} aria-hidden="true" />
      {/* In a box: a table is never narrower than its words. */}
      <div class="hidden">
        <table>
          <caption>Time by kernel</caption>
          <thead>
            <tr>
              <th scope="col">Kernel</th>
              <th scope="col">Part</th>
              <th scope="col">Time</th>
              <th scope="col">Dispatches</th>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ part, kernel, milliseconds, count }) => (
              <tr key={`${part} ${kernel}`}>
                <th scope="row">{kernel}</th>
                <td>{part}</td>
                <td>{formatDuration(milliseconds)}</td>
                <td>{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

async function drawBars(bars: readonly KernelBar[]) {
  const Plot = await import("@observablehq/plot");
  const name = ({ kernel, part }: KernelBar) => `${kernel} (${part})`;
  return Plot.plot({
    width: 264,
    style: { fontSize: "12px" },
    marginLeft: 0,
    marginRight: 56,
    marginTop: 4,
    marginBottom: 4,
    height: 36 * bars.length,
    x: { axis: null },
    y: { axis: null, domain: bars.map(name), paddingInner: 0.5, paddingOuter: 0.4 },
    marks: [
      Plot.barX(bars, { x: "milliseconds", y: name, fill: "var(--accent)", rx: 3, insetTop: 8, insetBottom: -8 }),
      Plot.text(bars, { x: 0, y: name, text: name, textAnchor: "start", dy: -8, fill: "currentColor" }),
      Plot.text(bars, {
        x: "milliseconds",
        y: name,
        text: ({ milliseconds }: KernelBar) => formatDuration(milliseconds),
        textAnchor: "start",
        dx: 5,
        dy: 8,
        fill: "currentColor",
      }),
    ],
  });
}
