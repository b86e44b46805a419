/** The last plan: its steps, the one that is looked at, what it came to. */

import { useShown } from '../app';
import { plain } from '../plain';
import type { PlanShown, StepShown } from '../types';
import { Banner } from './banner';
import { EmptyPlan } from './empty';
import { Graph } from './graph';
import { Outcome, TakeAway } from './outcome';
import { isUnderWay } from './phase';
import { StepPane } from './step';

export function PlanPanel() {
  const shown = useShown((s) => s.plan);
  const chosen = useShown((s) => s.step);
  if (!shown) return <EmptyPlan />;
  const step = shown.steps.find((s) => s.id === chosen) ?? telling(shown);
  return (
    <div class="hfp-plan hfp-scroll">
      {shown.plan.request && (
        <p class="hfp-request" dir="auto">
          {plain(shown.plan.request, 600)}
        </p>
      )}
      <Banner shown={shown} />
      <Graph shown={shown} chosen={step?.id ?? ''} />
      {step && <StepPane shown={shown} step={step} />}
      <Outcome shown={shown} />
      <TakeAway />
    </div>
  );
}

/** The step that says most at the moment: one that failed, changed or runs, else the first with a model. */
function telling(shown: PlanShown): StepShown | undefined {
  return (
    shown.steps.find((s) => s.phase === 'failed') ??
    shown.steps.find((s) => shown.changes.some((c) => c.step === s.id)) ??
    shown.steps.find((s) => isUnderWay(s.phase)) ??
    shown.steps.find((s) => s.needs_model) ??
    shown.steps[0]
  );
}
