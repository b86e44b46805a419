/** Thumbs for what a step gave. They count when models are ranked again. */

import { useApp, useWords } from '../app';
import { ThumbDown, ThumbUp } from '../icons';
import type { PlanShown, StepShown } from '../types';

export function Rate({ shown, step }: { shown: PlanShown; step: StepShown }) {
  const app = useApp();
  const [words] = useWords();
  const say = (event: Event, liked: boolean): void => {
    void app.act(event, { ask: 'rate', plan: shown.hash, step: step.id, liked });
  };
  return (
    <div class="hfp-rate" role="group" aria-label={words.rateAsk}>
      <span>{words.rateAsk}</span>
      <button
        type="button"
        class="hfp-button hfp-slim"
        aria-pressed={step.rated === true}
        onClick={(e) => say(e, true)}
      >
        <ThumbUp /> {words.good}
      </button>
      <button
        type="button"
        class="hfp-button hfp-slim"
        aria-pressed={step.rated === false}
        onClick={(e) => say(e, false)}
      >
        <ThumbDown /> {words.bad}
      </button>
    </div>
  );
}
