/** The settings of a step, to change. */

import { useState } from 'preact/hooks';
import { useApp, useWords } from '../app';
import { useId } from '../ids';
import type { PlanShown, StepShown } from '../types';
import { Field } from './field';
import { type Draft, draftOf, isChanged, valuesOf } from './settings';

export function SettingsForm({ shown, step }: { shown: PlanShown; step: StepShown }) {
  const app = useApp();
  const [words] = useWords();
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [checked, setChecked] = useState(false);
  const id = useId();
  const { values, problems } = valuesOf(step.parameters, drafts, words.wrong);
  const isDirty = step.parameters.some((p) => isChanged(p, drafts));
  const apply = (event: Event): void => {
    event.preventDefault();
    setChecked(true);
    const first = Object.keys(problems)[0];
    if (first !== undefined) app.root.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${first}`)}`)?.focus();
    else if (isDirty) void app.act(event, { ask: 'edit', plan: shown.hash, step: step.id, parameters: values });
  };
  return (
    <form class="hfp-part hfp-form" noValidate aria-labelledby={`${id}-title`} onSubmit={apply}>
      <h4 id={`${id}-title`}>{words.settings}</h4>
      {step.parameters.map((parameter) => (
        <Field
          key={parameter.name}
          id={`${id}-${parameter.name}`}
          parameter={parameter}
          draft={drafts[parameter.name] ?? draftOf(parameter)}
          problem={checked || parameter.name in drafts ? (problems[parameter.name] ?? '') : ''}
          set={(draft) => setDrafts({ ...drafts, [parameter.name]: draft })}
        />
      ))}
      <div class="hfp-buttons">
        <button class="hfp-button hfp-main" disabled={!isDirty || shown.running} aria-describedby={`${id}-what`}>
          {words.apply}
        </button>
        {isDirty && (
          <button type="button" class="hfp-button" onClick={() => setDrafts({})}>
            {words.reset}
          </button>
        )}
        <span id={`${id}-what`} class="hfp-help">
          {shown.running ? words.planRuns : words.applyHint}
        </span>
      </div>
    </form>
  );
}
