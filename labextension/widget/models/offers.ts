/** What a model can be used for in the plan at hand, and a cell that would use it. */

import type { Language } from '../strings';
import type { ModelShown, PlanShown, StepShown } from '../types';
import { taskRequest } from '../words/tasks';

/** The steps of the plan that do the task. */
export function offersFor(task: string, plan: PlanShown | null): StepShown[] {
  return plan ? plan.steps.filter((s) => s.needs_model && s.task === task) : [];
}

/** The columns of the frames that the plan reads, each once. */
export function columnsOf(plan: PlanShown | null): string[] {
  const columns = (plan?.plan.inputs ?? []).flatMap((input) => input.columns ?? []);
  return [...new Set(columns.map((c) => c.name))].filter((name) => name && name.length <= 200);
}

/** A cell that runs as it is: the plan's request with this model, or a request for its task that names it. */
export function cellFor(model: ModelShown, plan: PlanShown | null, language: Language): string {
  const step = offersFor(model.task, plan)[0];
  const id = oneWord(model.model_id);
  if (!plan || !step || !plan.plan.request) return `%%hf DATA\n${taskRequest(model.task, id, language)}\n`;
  const inputs = (plan.plan.inputs ?? []).map((i) => oneWord(i.name)).join(' ');
  return `%%hf ${inputs} --model ${step.id}=${id}\n${plan.plan.request.trim()}\n`.replace(/^%%hf {2,}/, '%%hf ');
}

/** A name as one word of a magic's line; no name may add a line or an option. */
function oneWord(name: string): string {
  return name.replace(/[^\p{L}\p{N}._/@:+-]/gu, '').replace(/^-+/, '');
}
