/** Everything that is known of one model, as text, and what can be done with it. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { useApp, useShown, useWords } from '../app';
import { score } from '../formats';
import { Back } from '../icons';
import { Note } from '../note';
import { nameParts, plain } from '../plain';
import type { EvaluationShown, ModelDetails } from '../types';
import { LicenseBadge } from './badge';
import { Deeds } from './deeds';
import { Facts } from './facts';
import { FitLight } from './fit';

const MOST_EVALUATIONS = 30;

export function Details() {
  const app = useApp();
  const [words] = useWords();
  const modelId = useShown((s) => s.open);
  const details = useShown((s) => s.details);
  const listed = useShown((s) => s.list?.models.find((m) => m.model_id === s.open));
  const back = useRef<HTMLButtonElement>(null);
  const model = details?.model ?? listed;
  const [owner, name] = nameParts(modelId);
  const close = (): void => {
    app.store.set({ open: '', details: null });
    setTimeout(() => app.root.querySelector<HTMLElement>('.hfp-list')?.focus());
  };
  // Before the page is painted: a key that comes right after would find the focus on nothing.
  useLayoutEffect(() => back.current?.focus({ preventScroll: true }), []);
  return (
    <article
      class="hfp-details hfp-scroll"
      onKeyDown={(e) => {
        if (e.key === 'Escape') close();
      }}
    >
      <button ref={back} type="button" class="hfp-link hfp-back" onClick={close}>
        <Back /> {words.back}
      </button>
      <h3 class="hfp-title">
        {owner && <span class="hfp-muted">{owner}/</span>}
        <wbr />
        {name}
      </h3>
      {model && (
        <>
          <div class="hfp-row-line hfp-wrap">
            <LicenseBadge model={model} />
            <FitLight model={model} />
          </div>
          {model.rejected && (
            <Note kind="bad">
              <b>{words.whyNot}:</b> {plain(model.rejected)}
            </Note>
          )}
          {model.warnings.slice(0, 20).map((w) => (
            <Note key={w} kind="warn">
              {plain(w)}
            </Note>
          ))}
          <Deeds model={model} address={details?.address ?? ''} />
          <Facts model={model} details={details} />
        </>
      )}
      {details ? <Card details={details} /> : <Note>{words.loading}</Note>}
    </article>
  );
}

function Card({ details }: { details: ModelDetails }) {
  const [words] = useWords();
  const metrics = Object.entries(details.metrics)
    .filter(([name]) => !details.evaluations.some((e) => e.metric === name))
    .slice(0, 40);
  return (
    <>
      {details.limits && (
        <Part title={words.limits} by={words.limitsBy}>
          <p class="hfp-prose">{plain(details.limits, 2000)}</p>
        </Part>
      )}
      {details.evaluations.length > 0 && (
        <Part title={words.evaluations} by={words.evaluationsBy}>
          <Pairs pairs={details.evaluations.slice(0, MOST_EVALUATIONS).map((e) => measured(e, words.verified))} />
        </Part>
      )}
      {metrics.length > 0 && (
        <Part title={words.metrics} by={words.metricsBy}>
          <Pairs pairs={metrics.map(([name, value]) => [name, score(value)])} />
        </Part>
      )}
      {details.card.length > 0 && (
        <Part title={words.card}>
          <Pairs pairs={details.card.slice(0, 60).map(([name, value]) => [String(name), String(value)])} />
        </Part>
      )}
      {details.tags.length > 0 && (
        <Part title={words.tags}>
          <p class="hfp-tags">
            {details.tags.slice(0, 60).map((tag) => (
              <span key={tag} class="hfp-tag">
                {plain(tag, 80)}
              </span>
            ))}
          </p>
        </Part>
      )}
    </>
  );
}

/** A metric with its data set, and its value with who measured it. */
function measured(e: EvaluationShown, verified: string): [string, string] {
  const by = [e.source, e.verified ? verified : ''].filter(Boolean).join(', ');
  return [[e.metric, e.dataset].filter(Boolean).join(' · '), `${score(e.value)}${by && ` · ${by}`}`];
}

function Part({ title, by, children }: { title: string; by?: string; children: preact.ComponentChildren }) {
  return (
    <section class="hfp-part">
      <h4>
        {title} {by && <span class="hfp-muted">{by}</span>}
      </h4>
      {children}
    </section>
  );
}

function Pairs({ pairs }: { pairs: [string, string][] }) {
  return (
    <dl class="hfp-facts">
      {pairs.map(([name, value], at) => (
        <div key={at}>
          <dt>{plain(name, 80)}</dt>
          <dd>{plain(value, 400)}</dd>
        </div>
      ))}
    </dl>
  );
}
