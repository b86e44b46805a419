/** The settings of a step between the form, which holds texts, and the kernel, which holds values. */

import type { Strings } from '../strings';
import type { Edit, ParameterShown } from '../types';

export type Value = Edit['parameters'][string];
export type Draft = string | boolean;

/** What a field shows at first. */
export function draftOf(parameter: ParameterShown): Draft {
  const value = parameter.value ?? parameter.default;
  if (parameter.type === 'bool') return value === true;
  if (Array.isArray(value)) return value.map(String).join('\n');
  return value === null || value === undefined ? '' : String(value);
}

/** The value of a field, the default of one left empty (undefined where it has none), or why it is wrong. */
export function valueOf(
  parameter: ParameterShown,
  draft: Draft,
  wrong: Strings['wrong'],
): { value?: Value; problem?: string } {
  if (typeof draft === 'boolean') return { value: draft };
  const text = draft.trim();
  if (parameter.type === 'list') {
    const items = draft.split('\n').map((line) => line.trim());
    const kept = items.filter(Boolean);
    if (!kept.length) return parameter.required ? { problem: wrong.required } : byDefault(parameter);
    return kept.length > 200 || kept.some((item) => item.length > 200) ? { problem: wrong.long } : { value: kept };
  }
  if (!text) {
    if (parameter.required) return { problem: wrong.required };
    return parameter.type === 'str' ? { value: '' } : byDefault(parameter);
  }
  if (parameter.type === 'int' || parameter.type === 'float') return numberOf(parameter, text, wrong);
  if (parameter.choices.length && !parameter.choices.includes(draft)) return { problem: wrong.choice };
  return draft.length > 4000 ? { problem: wrong.long } : { value: draft };
}

function byDefault(parameter: ParameterShown): { value?: Value } {
  return parameter.default === null ? {} : { value: parameter.default };
}

function numberOf(
  parameter: ParameterShown,
  text: string,
  wrong: Strings['wrong'],
): { value?: Value; problem?: string } {
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: wrong.number };
  if (parameter.type === 'int' && !Number.isInteger(value)) return { problem: wrong.whole };
  if (parameter.low !== null && value < parameter.low) return { problem: wrong.low(String(parameter.low)) };
  if (parameter.high !== null && value > parameter.high) return { problem: wrong.high(String(parameter.high)) };
  return { value };
}

/** The values of a form that were changed, and what is wrong by the name of the setting. */
export function valuesOf(
  parameters: readonly ParameterShown[],
  drafts: Record<string, Draft>,
  wrong: Strings['wrong'],
): { values: Record<string, Value>; problems: Record<string, string> } {
  const values: Record<string, Value> = {};
  const problems: Record<string, string> = {};
  for (const parameter of parameters) {
    const { value, problem } = valueOf(parameter, drafts[parameter.name] ?? draftOf(parameter), wrong);
    if (problem) problems[parameter.name] = problem;
    else if (value !== undefined && isChanged(parameter, drafts)) values[parameter.name] = value;
  }
  return { values, problems };
}

export function isChanged(parameter: ParameterShown, drafts: Record<string, Draft>): boolean {
  return Object.hasOwn(drafts, parameter.name) && drafts[parameter.name] !== draftOf(parameter);
}
