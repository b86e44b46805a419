/** The bar under the list while models are picked for a trial. */

import { useState } from 'preact/hooks';
import { useApp, useShown, useWords } from '../app';
import { useId } from '../ids';
import { plain } from '../plain';
import { columnsOf, offersFor } from './offers';
import { compare } from './shelf';

const ROWS = ['10', '20', '50', '100', '200', '500'];
const MOST_COLUMNS = 100;

export function PickingBar({ picked }: { picked: string[] }) {
  const app = useApp();
  const [words] = useWords();
  const plan = useShown((s) => s.plan);
  const task = useShown((s) => s.task);
  const [rows, setRows] = useState(50);
  const [labels, setLabels] = useState('');
  const [by, setBy] = useState('');
  const columns = columnsOf(plan).slice(0, MOST_COLUMNS);
  const steps = offersFor(task, plan);
  const [step, setStep] = useState(steps[0]?.id ?? '');
  return (
    <div class="hfp-picking-bar" role="group" aria-label={words.tryRows}>
      <span class="hfp-grow">{picked.length ? words.tryChosen(String(picked.length)) : words.tryHint}</span>
      {steps.length > 1 && <Choice name={words.useStep} value={step} of={steps.map((s) => s.id)} set={setStep} />}
      <Choice name={words.tryCount} value={String(rows)} of={ROWS} set={(n) => setRows(Number(n))} />
      {columns.length > 0 && (
        <>
          <Choice name={words.tryLabels} value={labels} of={columns} none={words.tryNoColumn} set={setLabels} />
          <Choice name={words.tryBy} value={by} of={columns} none={words.tryNoColumn} set={setBy} />
        </>
      )}
      <button type="button" class="hfp-button" onClick={() => app.store.set({ picked: null })}>
        {words.cancel}
      </button>
      <button
        type="button"
        class="hfp-button hfp-main"
        disabled={picked.length < 2 || !step}
        onClick={(e) => void compare(app, e, step, { rows, labels, by })}
      >
        {words.tryGo}
      </button>
    </div>
  );
}

interface ChoiceProps {
  name: string;
  value: string;
  of: string[];
  none?: string;
  set: (value: string) => void;
}

/** One of a few names; `none` is what is offered for no name at all. */
function Choice({ name, value, of, none, set }: ChoiceProps) {
  const id = useId();
  return (
    <span class="hfp-choice">
      <label for={id}>{name}</label>
      <select id={id} class="hfp-input hfp-small" value={value} onChange={(e) => set(e.currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {of.map((one) => (
          <option key={one} value={one}>
            {plain(one, 40)}
          </option>
        ))}
      </select>
    </span>
  );
}
