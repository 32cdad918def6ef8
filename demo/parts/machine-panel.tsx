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

/** Adapter, limits, memory and time. What is not known yet has its row all the same. */
export function MachinePanel({ machine }: { machine: Machine | undefined }) {
  const answer = sides[0].answer.value;
  const model = sides[0].model.value;
  const profile = answer?.map.profile;
  const { timing, network } = answer?.map ?? {};
  const rows = {
    Adapter: machine && (machine.software ? `${machine.adapter} (the processor does the work)` : machine.adapter),
    "Weights on the GPU": model && `${formatBytes(model.memory.weights)}, ${model.request.dtype}`,
    "Beside them": model && answer && formatBytes(model.memory.activations),
    Network: network && `${network.width} × ${network.height}`,
    Time: timing && formatDuration(timing.run),
    "Compiling before it": timing && (timing.compile > 1 ? formatDuration(timing.compile) : "none"),
  };
  return (
    <section class="machine" aria-labelledby="machine-title">
      <h2 id="machine-title">This computer</h2>
      <dl class="figures">
        {Object.entries(rows).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? "–"}</dd>
          </div>
        ))}
        <div>
          <dt>Work</dt>
          <dd>{model && picture.value ? <Work model={model} {...sizeOf(picture.value)} /> : "–"}</dd>
        </div>
      </dl>
      <button
        type="button"
        class="button"
        id="measure"
        disabled={!answer || !machine?.features.includes("timestamp-query")}
        onClick={() => answerAnew({ profile: true })}
      >
        Measure each kernel
      </button>
      {profile && <KernelChart times={profile} />}
      <SelfTest />
      <details>
        <summary>Limits and features</summary>
        <dl class="figures">
          {machine?.limits.map(({ name, value, unit }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{unit === "bytes" ? formatBytes(value) : value.toLocaleString("en")}</dd>
            </div>
          ))}
        </dl>
        <p class="small">{machine?.features.join(", ")}</p>
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
  return <>{plan ? `${(plan.flops / 1e9).toFixed(1)} GFLOP in ${plan.dispatches} dispatches` : "–"}</>;
}
