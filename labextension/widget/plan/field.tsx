/** One setting: its name, a control of its type, what it means and what is wrong with it. */

import { useWords } from '../app';
import { plain } from '../plain';
import type { ParameterShown } from '../types';
import { settingHelp, settingUnit } from '../words/settings';
import type { Draft } from './settings';

interface Props {
  id: string;
  parameter: ParameterShown;
  draft: Draft;
  problem: string;
  set: (draft: Draft) => void;
}

export function Field(props: Props) {
  const [words, language] = useWords();
  const { id, parameter, problem } = props;
  if (parameter.type === 'bool') return <Tick {...props} />;
  const range =
    parameter.low !== null && parameter.high !== null ? words.range(String(parameter.low), String(parameter.high)) : '';
  const help = [
    plain(settingHelp(parameter, language), 300),
    [range, plain(settingUnit(parameter, language), 40)].filter(Boolean).join(' '),
    parameter.type === 'list' && words.onePerLine,
    parameter.required && words.required,
  ].filter(Boolean);
  return (
    <div class="hfp-field">
      <label for={id}>
        <code>{plain(parameter.name, 80)}</code>
      </label>
      <Control {...props} />
      <div id={`${id}-help`} class="hfp-help">
        {help.join(' · ')}
      </div>
      {problem && (
        <div id={`${id}-problem`} class="hfp-bad" role="alert">
          {problem}
        </div>
      )}
    </div>
  );
}

function Control({ id, parameter, draft, problem, set }: Props) {
  const common = {
    id,
    class: 'hfp-input',
    value: String(draft),
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': problem ? `${id}-problem ${id}-help` : `${id}-help`,
    'aria-required': parameter.required || undefined,
  };
  if (parameter.choices.length) {
    return (
      <select {...common} onChange={(e) => set(e.currentTarget.value)}>
        {parameter.choices.map((choice) => (
          <option key={choice} value={choice}>
            {plain(choice, 80)}
          </option>
        ))}
      </select>
    );
  }
  if (parameter.type === 'list' || String(draft).length > 60) {
    const rows = Math.min(8, Math.max(2, String(draft).split('\n').length));
    return <textarea {...common} rows={rows} spellcheck={false} onInput={(e) => set(e.currentTarget.value)} />;
  }
  const numeric = parameter.type === 'int' || parameter.type === 'float';
  return (
    <input
      {...common}
      type={numeric ? 'number' : 'text'}
      autocomplete="off"
      min={parameter.low ?? undefined}
      max={parameter.high ?? undefined}
      step={parameter.type === 'int' ? 1 : 'any'}
      onInput={(e) => set(e.currentTarget.validity.badInput ? 'NaN' : e.currentTarget.value)}
    />
  );
}

function Tick({ id, parameter, draft, set }: Props) {
  const [, language] = useWords();
  return (
    <div class="hfp-field">
      <span class="hfp-check">
        <input
          id={id}
          type="checkbox"
          checked={draft === true}
          aria-describedby={`${id}-help`}
          onChange={(e) => set(e.currentTarget.checked)}
        />
        <label for={id}>
          <code>{plain(parameter.name, 80)}</code>
        </label>
      </span>
      <div id={`${id}-help`} class="hfp-help">
        {plain(settingHelp(parameter, language), 300)}
      </div>
    </div>
  );
}
