/** One step of the plan, closer: what it does, where it stands, its model and settings. */

import { useWords } from '../app';
import { count } from '../formats';
import { Note } from '../note';
import { plain } from '../plain';
import type { PlanShown, StepShown } from '../types';
import { taskName } from '../words/tasks';
import { Changes } from './changes';
import { SettingsForm } from './form';
import { StepModel } from './model';
import { PhaseWord } from './phase';
import { ProgressBar, useProgress } from './progress';
import { Rate } from './rate';

export function StepPane({ shown, step }: { shown: PlanShown; step: StepShown }) {
  const [words, language] = useWords();
  const changes = shown.changes.filter((c) => c.step === step.id);
  return (
    <section class="hfp-step" aria-label={plain(step.id, 64)}>
      <h3 class="hfp-step-title">
        <span>{plain(step.id, 64)}</span>
        <PhaseWord phase={step.phase} />
      </h3>
      <p class="hfp-break">{plain(step.does)}</p>
      <State step={step} />
      {step.phase === 'done' && step.needs_model && <Rate shown={shown} step={step} />}
      {changes.map((change) => (
        <Changes key={change.output} change={change} />
      ))}
      <dl class="hfp-facts">
        <Fact name={words.task} value={taskName(plain(step.task, 80), language)} />
        <Fact name={words.reads} value={step.reads.map((r) => plain(r, 120)).join(', ')} />
        <Fact name={words.where} value={plain(step.where)} />
        <Fact name={words.gives} value={plain(step.output, 128)} code />
      </dl>
      <StepModel shown={shown} step={step} />
      {step.parameters.length > 0 && <SettingsForm key={`${shown.hash} ${step.id}`} shown={shown} step={step} />}
    </section>
  );
}

function Fact({ name, value, code }: { name: string; value: string; code?: boolean }) {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{code ? <code>{value}</code> : value}</dd>
    </div>
  );
}

function State({ step }: { step: StepShown }) {
  const [words, language] = useWords();
  const progress = useProgress(step);
  const more = [
    step.phase === 'done' &&
      step.rows_per_second &&
      !step.kept &&
      words.perSecond(count(step.rows_per_second, language)),
    step.unique > 0 && step.unique !== step.rows && words.unique(count(step.unique, language)),
    [plain(step.device, 40), plain(step.dtype, 20)].filter(Boolean).join(', '),
  ].filter(Boolean);
  return (
    <div class="hfp-state">
      <ProgressBar step={step} label={progress} />
      {(progress || more.length > 0) && <p class="hfp-muted">{[progress, ...more].filter(Boolean).join(' · ')}</p>}
      {step.rejected > 0 && (
        <details>
          <summary class="hfp-warn">{words.rejectedRows(count(step.rejected, language))}</summary>
          <ul>
            {step.rejected_reasons.slice(0, 20).map((reason) => (
              <li key={reason}>{plain(reason, 200)}</li>
            ))}
          </ul>
        </details>
      )}
      {step.line && <Note kind={step.phase === 'failed' ? 'bad' : undefined}>{plain(step.line)}</Note>}
      {step.notes.length > 0 && (
        <ul class="hfp-muted">
          {step.notes.slice(0, 20).map((note) => (
            <li key={note}>{plain(note)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
