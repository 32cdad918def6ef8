import { useEffect, useState } from "preact/hooks";
import { formatBytes } from "../../cli/text/format-bytes.ts";
import { formatDuration } from "../../cli/text/format-duration.ts";
import { answerAnew } from "../answer-loop.ts";
import type { OpenedModel, Plan } from "../engine.ts";
import type { Machine } from "../machine.ts";
import type { Picture } from "../pictures/picture.ts";
import { isComparing, picture, settings, sides } from "../state.ts";
import { KernelChart } from "./kernel-chart.tsx";
import { SelfTest } from "./self-test.tsx";

/** Adapter, limits, memory and time. */
export function MachinePanel({ machine: { adapter, software, features, limits } }: { machine: Machine }) {
  const answer = sides[0].answer.value;
  const model = sides[0].model.value;
  const profile = answer?.map.profile;
  const rows: [string, string][] = [["Adapter", software ? `${adapter} (the processor does the work)` : adapter]];
  if (model) {
    const { weights, activations } = model.memory;
    rows.push(["Weights on the GPU", `${formatBytes(weights)}, ${model.request.dtype}`]);
    if (answer) rows.push(["Beside them", formatBytes(activations)]);
  }
  if (answer) {
    const { timing, network } = answer.map;
    rows.push(["Network", `${network.width} × ${network.height}`]);
    rows.push(["Time", formatDuration(timing.run)]);
    if (timing.compile > 1) rows.push(["Compiling before it", formatDuration(timing.compile)]);
  }
  return (
    <section class="machine" aria-labelledby="machine-title">
      <h2 id="machine-title">This computer</h2>
      <dl class="figures">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {model && picture.value && <Work model={model} {...sizeOf(picture.value)} />}
      </dl>
      {answer && (
        <button
          type="button"
          class="button"
          id="measure"
          disabled={!features.includes("timestamp-query")}
          onClick={() => answerAnew({ profile: true })}
        >
          Measure each kernel
        </button>
      )}
      {profile && <KernelChart times={profile} />}
      <SelfTest />
      <details>
        <summary>Limits and features</summary>
        <dl class="figures">
          {limits.map(({ name, value, unit }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{unit === "bytes" ? formatBytes(value) : value.toLocaleString("en")}</dd>
            </div>
          ))}
        </dl>
        <p class="small">{features.join(", ")}</p>
      </details>
    </section>
  );
}

function sizeOf({ width, height }: Picture) {
  return { width, height };
}

/** What a picture of a size costs, from the plan alone. */
function Work({ model, width, height }: { model: OpenedModel; width: number; height: number }) {
  const [plan, setPlan] = useState<Plan | undefined>(undefined);
  const { size, task } = settings.value;
  useEffect(() => {
    if (isComparing.peek() || !model.tasks.includes(task)) return;
    // Whoever asked for the answer is told what is wrong.
    model.plan(task, { width, height }, size).then(setPlan, () => setPlan(undefined));
  }, [model, width, height, size, task]);
  if (!plan) return null;
  const { flops, dispatches } = plan;
  return (
    <div>
      <dt>Work</dt>
      <dd>
        {(flops / 1e9).toFixed(1)} GFLOP in {dispatches} dispatches
      </dd>
    </div>
  );
}
