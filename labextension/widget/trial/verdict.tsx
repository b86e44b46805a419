/** What follows from a trial, in words; a click takes the model that is better for sure. */

import { useApp, useShown, useWords } from '../app';
import { nameParts, plain } from '../plain';
import type { TrialShown } from '../types';

const MOST = 8;

export function Verdict({ trial }: { trial: TrialShown }) {
  const app = useApp();
  const [words] = useWords();
  const plan = useShown((s) => s.plan);
  const step = plan?.steps.find((s) => s.id === trial.step);
  const [first, ...others] = trial.said.slice(0, MOST);
  if (!first) return null;
  const canUse = trial.winner && step && step.model_id !== trial.winner;
  const use = (event: Event): void => {
    if (plan && step) void app.act(event, { ask: 'use', plan: plan.hash, step: step.id, model_id: trial.winner });
  };
  return (
    <section class={`hfp-verdict ${trial.winner ? 'hfp-verdict-clear' : ''}`}>
      <h4 class="hfp-hidden">{words.verdict}</h4>
      <p dir="auto">{plain(first, 500)}</p>
      {others.map((line, at) => (
        <p key={at} class="hfp-help" dir="auto">
          {plain(line, 500)}
        </p>
      ))}
      {canUse && (
        <button type="button" class="hfp-button hfp-main" onClick={use}>
          {words.useWinner(nameParts(trial.winner)[1])}
        </button>
      )}
    </section>
  );
}
