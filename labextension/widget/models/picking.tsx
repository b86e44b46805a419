/** The bar under the list while models are picked for a trial. */

import { useState } from 'preact/hooks';
import { useApp, useShown, useWords } from '../app';
import { useId } from '../ids';
import { offersFor } from './offers';
import { compare } from './shelf';

const ROWS = [10, 20, 50, 100, 200];

export function PickingBar({ picked }: { picked: string[] }) {
  const app = useApp();
  const [words] = useWords();
  const plan = useShown((s) => s.plan);
  const task = useShown((s) => s.task);
  const [rows, setRows] = useState(20);
  const steps = offersFor(task, plan);
  const [step, setStep] = useState(steps[0]?.id ?? '');
  const id = useId();
  return (
    <div class="hfp-picking-bar" role="group" aria-label={words.tryRows}>
      <span class="hfp-grow">{picked.length ? words.tryChosen(String(picked.length)) : words.tryHint}</span>
      {steps.length > 1 && (
        <>
          <label class="hfp-hidden" for={`${id}-step`}>
            {words.useStep}
          </label>
          <select
            id={`${id}-step`}
            class="hfp-input hfp-small"
            value={step}
            onChange={(e) => setStep(e.currentTarget.value)}
          >
            {steps.map((s) => (
              <option key={s.id} value={s.id}>
                {s.id}
              </option>
            ))}
          </select>
        </>
      )}
      <label for={`${id}-rows`}>{words.tryCount}</label>
      <select
        id={`${id}-rows`}
        class="hfp-input hfp-small"
        value={String(rows)}
        onChange={(e) => setRows(Number(e.currentTarget.value))}
      >
        {ROWS.map((n) => (
          <option key={n} value={String(n)}>
            {n}
          </option>
        ))}
      </select>
      <button type="button" class="hfp-button" onClick={() => app.store.set({ picked: null })}>
        {words.cancel}
      </button>
      <button
        type="button"
        class="hfp-button hfp-main"
        disabled={!picked.length || !step}
        onClick={(e) => void compare(app, e, step, rows)}
      >
        {words.tryGo}
      </button>
    </div>
  );
}
