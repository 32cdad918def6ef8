import { machine, picture, settings, shownAnswer, sides } from "../state.ts";
import { DepthScale } from "./depth-scale.tsx";
import { Downloads } from "./downloads.tsx";
import { Legend } from "./legend.tsx";
import { MachinePanel } from "./machine-panel.tsx";

/** What the result means, what to take home of it, and what computed it. */
export function Panel() {
  const answer = sides[0].answer.value;
  const shown = picture.value;
  return (
    <aside class="panel" aria-label="Result">
      {answer?.task === "segmentation" && <Legend answer={answer} />}
      {answer?.task === "depth" && <DepthScale answer={answer} colours={settings.value.colours} />}
      {answer && shown && <Downloads answer={answer} picture={shown} fits={answer === shownAnswer(sides[0])} />}
      {machine.value && <MachinePanel machine={machine.value} />}
      <footer class="small">
        DPT Small and the street photos are not for commercial use.{" "}
        {IS_BUILT && <a href="./licences.txt">Licences of code, models and pictures</a>}
      </footer>
    </aside>
  );
}
