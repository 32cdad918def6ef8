import { machine, picture, settings, shownAnswer, sides, trouble } from "../state.ts";
import { DepthScale } from "./depth-scale.tsx";
import { Downloads } from "./downloads.tsx";
import { Legend } from "./legend.tsx";
import { MachinePanel } from "./machine-panel.tsx";

/**
 * What the result means, what to take home of it, and what computed it. All is there before an answer is, so that nothing
 * moves when one comes.
 */
export function Panel() {
  const { task, colours } = settings.value;
  const answer = sides[0].answer.value;
  const shown = picture.value;
  const fitting = answer && shown && answer === shownAnswer(sides[0]) ? { answer, picture: shown } : undefined;
  return (
    <aside class="panel" aria-label="Result">
      {!trouble.value && (
        <>
          {task === "segmentation" && <Legend answer={answer?.task === task ? answer : undefined} />}
          {task === "depth" && <DepthScale answer={answer?.task === task ? answer : undefined} colours={colours} />}
          <Downloads task={task} shown={fitting} />
        </>
      )}
      <MachinePanel machine={machine.value} />
      <footer class="small">
        DPT Small and the street photos are not for commercial use.{" "}
        {IS_BUILT && <a href="./licences.txt">Licences of code, models and pictures</a>}
      </footer>
    </aside>
  );
}
