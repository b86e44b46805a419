/** The models of a trial, best first: a bar for the value, a whisker for its 95 % interval. */

import { useApp, useShown, useWords } from '../app';
import { count, seconds, size } from '../formats';
import { nameParts, plain } from '../plain';
import type { TrialShown, TriedModel } from '../types';

export function Bars({ trial }: { trial: TrialShown }) {
  const [words] = useWords();
  const measure = trial.measure === 'agreement' || trial.measure === 'accuracy' ? trial.measure : null;
  return (
    <section class="hfp-part">
      <h4>{measure ? words.measures[measure] : plain(trial.measure, 60)}</h4>
      {measure && <p class="hfp-help">{words.measureHelp[measure]}</p>}
      <ol class="hfp-bars">
        {trial.models.map((model) => (
          <Bar key={model.model_id} trial={trial} model={model} />
        ))}
      </ol>
    </section>
  );
}

function Bar({ trial, model }: { trial: TrialShown; model: TriedModel }) {
  const app = useApp();
  const [words, language] = useWords();
  const plan = useShown((s) => s.plan);
  const step = plan?.steps.find((s) => s.id === trial.step);
  const [owner, name] = nameParts(model.model_id);
  const isRunning = trial.running && !model.error && model.done < trial.rows;
  const use = (event: Event): void => {
    if (plan && step) void app.act(event, { ask: 'use', plan: plan.hash, step: step.id, model_id: model.model_id });
  };
  const costs = (m: TriedModel): string[] => [
    m.rows_per_second > 0
      ? words.perSecond(m.rows_per_second < 10 ? m.rows_per_second.toFixed(1) : count(m.rows_per_second, language))
      : seconds(m.seconds, language),
    ...(m.peak_bytes > 0 ? [words.peak(size(m.peak_bytes, language))] : []),
  ];
  return (
    <li>
      <div class="hfp-row-name">
        <span class="hfp-row-id" title={plain(model.model_id, 200)}>
          {owner && <span class="hfp-muted">{owner}/</span>}
          <b>{name}</b>
        </span>
        <span class="hfp-score">{plain(model.figure, 20)}</span>
      </div>
      <Scale model={model} />
      <div class="hfp-bar-line">
        <span class="hfp-muted">
          {isRunning
            ? words.trialRuns(String(model.done), String(trial.rows))
            : model.value === null
              ? words.notYet
              : [plain(model.span, 60), ...costs(model)].join(' · ')}
        </span>
        {step?.model_id === model.model_id ? (
          <span class="hfp-tag hfp-good">{words.inUse}</span>
        ) : (
          step &&
          !trial.running &&
          !model.error && (
            <button
              type="button"
              class="hfp-button hfp-slim"
              aria-label={`${words.use} ${plain(model.model_id, 200)}`}
              onClick={use}
            >
              {words.use}
            </button>
          )
        )}
      </div>
      {model.error && <p class="hfp-bad hfp-break">{plain(model.error, 300)}</p>}
    </li>
  );
}

function Scale({ model }: { model: TriedModel }) {
  const at = (share: number): number => Math.max(0, Math.min(1, share)) * 100;
  if (model.value === null) return <div class="hfp-scale" aria-hidden="true" />;
  return (
    <div class="hfp-scale" role="img" aria-label={plain(model.span, 60)}>
      <i class="hfp-scale-bar" style={{ width: `${at(model.value)}%` }} />
      <i class="hfp-scale-span" style={{ left: `${at(model.low)}%`, width: `${at(model.high) - at(model.low)}%` }} />
    </div>
  );
}
