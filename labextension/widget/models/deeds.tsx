/** What can be done with a model. A deed that cannot be done now says why. */

import { useState } from 'preact/hooks';
import { useApp, useShown, useWords } from '../app';
import { useId } from '../ids';
import { Away } from '../icons';
import { safeAddress } from '../plain';
import type { ModelShown } from '../types';
import { taskName } from '../words/tasks';
import { cellFor, offersFor } from './offers';

export function Deeds({ model, address }: { model: ModelShown; address: string }) {
  const app = useApp();
  const [words, language] = useWords();
  const plan = useShown((s) => s.plan);
  const link = safeAddress(address);
  const steps = offersFor(model.task, plan);
  const id = useId();
  const tryIt = (): void => {
    app.store.set({ picked: model.rejected ? [] : [model.model_id], open: '', details: null });
  };
  return (
    <div class="hfp-deeds">
      <UseFor model={model} />
      <div class="hfp-buttons">
        <button
          type="button"
          class="hfp-button"
          disabled={!steps.length}
          aria-describedby={`${id}-try`}
          onClick={tryIt}
        >
          {words.tryRows}
        </button>
        <button type="button" class="hfp-button" onClick={(e) => void app.insert(e, cellFor(model, plan, language))}>
          {words.insertCell}
        </button>
        <button type="button" class="hfp-button" onClick={() => void app.copy(model.model_id)}>
          {words.copyId}
        </button>
        {link && (
          <a class="hfp-link" href={link} target="_blank" rel="noopener noreferrer">
            {words.openOnHub} <Away />
          </a>
        )}
      </div>
      {!steps.length && plan && (
        <span id={`${id}-try`} class="hfp-hidden">
          {words.tryNeedsPlan}
        </span>
      )}
    </div>
  );
}

function UseFor({ model }: { model: ModelShown }) {
  const app = useApp();
  const [words, language] = useWords();
  const plan = useShown((s) => s.plan);
  const steps = offersFor(model.task, plan);
  const [picked, setPicked] = useState('');
  const step = steps.find((s) => s.id === picked) ?? steps[0];
  const id = useId();
  const reason = !plan
    ? words.noPlan
    : !step
      ? words.noStep(taskName(model.task, language))
      : model.rejected
        ? words.rejected
        : '';
  const inUse = step?.model_id === model.model_id;
  return (
    <div class="hfp-use">
      {steps.length > 1 && (
        <>
          <label class="hfp-hidden" for={id}>
            {words.useStep}
          </label>
          <select id={id} class="hfp-input" value={step?.id} onChange={(e) => setPicked(e.currentTarget.value)}>
            {steps.map((s) => (
              <option key={s.id} value={s.id}>
                {s.id}
              </option>
            ))}
          </select>
        </>
      )}
      <button
        type="button"
        class="hfp-button hfp-main"
        disabled={!!reason}
        aria-disabled={inUse ? true : undefined}
        aria-describedby={reason ? `${id}-why` : undefined}
        onClick={(e) =>
          plan &&
          step &&
          !inUse &&
          void app.act(e, { ask: 'use', plan: plan.hash, step: step.id, model_id: model.model_id })
        }
      >
        {step ? (inUse ? `${words.useFor(step.id)} · ${words.inUse}` : words.useFor(step.id)) : words.use}
      </button>
      {reason && (
        <span id={`${id}-why`} class="hfp-help">
          {reason}
        </span>
      )}
    </div>
  );
}
