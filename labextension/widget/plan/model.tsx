/** The model of a step, why it was chosen, and what could stand in its place. */

import { useEffect, useState } from 'preact/hooks';
import { useApp, useWords } from '../app';
import { count, score } from '../formats';
import { LicenseBadge } from '../models/badge';
import { FitLight } from '../models/fit';
import { open } from '../models/shelf';
import { Note } from '../note';
import { nameParts, plain } from '../plain';
import { withTask } from '../state';
import type { Models, ModelShown, PlanShown, StepShown } from '../types';

const FIRST = 8;

export function StepModel({ shown, step }: { shown: PlanShown; step: StepShown }) {
  const [words] = useWords();
  if (!step.needs_model) return <p class="hfp-muted">{words.noModel}</p>;
  return (
    <section class="hfp-part">
      <h4>{words.model}</h4>
      <p class="hfp-break">
        <ModelName id={step.model_id} />
        {step.revision && <span class="hfp-muted"> @ {plain(step.revision, 40).slice(0, 7)}</span>}
      </p>
      {step.reason && <p class="hfp-muted hfp-break">{plain(step.reason)}</p>}
      <Why key={`${shown.hash} ${step.id}`} shown={shown} step={step} />
    </section>
  );
}

function ModelName({ id }: { id: string }) {
  const [owner, name] = nameParts(id);
  return (
    <>
      {owner && <span class="hfp-muted">{owner}/</span>}
      <b>{name}</b>
    </>
  );
}

function Why({ shown, step }: { shown: PlanShown; step: StepShown }) {
  const [words] = useWords();
  const [wanted, setWanted] = useState(false);
  return (
    <details class="hfp-why" onToggle={(e) => setWanted(e.currentTarget.open)}>
      <summary>{words.why}</summary>
      {wanted && <CandidateList shown={shown} step={step} />}
    </details>
  );
}

function CandidateList({ shown, step }: { shown: PlanShown; step: StepShown }) {
  const app = useApp();
  const [words, language] = useWords();
  const [found, setFound] = useState<Models | null>(null);
  const [line, setLine] = useState('');
  const [most, setMost] = useState(FIRST);
  useEffect(() => {
    let here = true;
    void app.line.ask({ ask: 'candidates', step: step.id }).then((answer) => {
      if (!here) return;
      if (answer.models) setFound(answer.models);
      else setLine(answer.refused?.line ?? '');
    });
    return () => {
      here = false;
    };
  }, [app, step.id]);
  if (line) return <Note kind="bad">{plain(line)}</Note>;
  if (!found) return <Note>{words.loading}</Note>;
  const left = found.models.length - most;
  return (
    <>
      <p class="hfp-muted">{words.candidates(count(found.models.length, language))}</p>
      <ul class="hfp-candidates">
        {found.models.slice(0, most).map((model) => (
          <Candidate key={model.model_id} shown={shown} step={step} model={model} />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" class="hfp-link" onClick={() => setMost(most + 40)}>
          {words.more(count(Math.min(left, 40), language))}
        </button>
      )}
    </>
  );
}

function Candidate({ shown, step, model }: { shown: PlanShown; step: StepShown; model: ModelShown }) {
  const app = useApp();
  const [words] = useWords();
  const inUse = model.model_id === step.model_id;
  const look = (): void => {
    app.store.set({ ...withTask(app.state, step.task), tab: 'models' });
    void open(app, model.model_id);
  };
  return (
    <li class={model.rejected ? 'hfp-out' : ''}>
      <div class="hfp-row-name">
        <button type="button" class="hfp-link hfp-row-id" onClick={look} title={plain(model.model_id, 200)}>
          <span class="hfp-cut">
            <ModelName id={model.model_id} />
          </span>
        </button>
        {model.score !== null && <span class="hfp-score">{score(model.score)}</span>}
        {inUse ? (
          <span class="hfp-tag hfp-good">{words.inUse}</span>
        ) : (
          !model.rejected && (
            <button
              type="button"
              class="hfp-button hfp-slim"
              aria-label={`${words.use} ${plain(model.model_id, 200)}`}
              onClick={(e) =>
                void app.act(e, { ask: 'use', plan: shown.hash, step: step.id, model_id: model.model_id })
              }
            >
              {words.use}
            </button>
          )
        )}
      </div>
      {model.rejected ? (
        <p class="hfp-bad hfp-break">{plain(model.rejected, 200)}</p>
      ) : (
        <>
          <p class="hfp-muted hfp-break">{plain(model.basis, 200)}</p>
          <p class="hfp-row-line hfp-wrap">
            <LicenseBadge model={model} />
            <FitLight model={model} />
          </p>
        </>
      )}
    </li>
  );
}
