/** The models on the disk, to delete. A second click makes sure. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useWords } from '../app';
import { day, size } from '../formats';
import { plain } from '../plain';
import type { OnDisk } from '../types';
import { taskName } from '../words/tasks';
import { ModelTitle } from './title';

export function Disk({ models }: { models: OnDisk[] }) {
  const [words, language] = useWords();
  const [sure, setSure] = useState('');
  const total = models.reduce((sum, m) => sum + m.bytes, 0);
  return (
    <section class="hfp-part">
      <h4>
        {words.onDisk} {models.length > 0 && <span class="hfp-muted">{words.total(size(total, language))}</span>}
      </h4>
      {!models.length && <p class="hfp-muted">{words.noneOnDisk}</p>}
      <ul class="hfp-things">
        {models.map((model) => {
          const key = `${model.model_id} ${model.revision}`;
          return <OneModel key={key} model={model} asked={sure === key} ask={(on) => setSure(on ? key : '')} />;
        })}
      </ul>
    </section>
  );
}

function OneModel({ model, asked, ask }: { model: OnDisk; asked: boolean; ask: (on: boolean) => void }) {
  const app = useApp();
  const [words, language] = useWords();
  const keep = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const was = useRef(asked);
  const bytes = size(model.bytes, language);
  // With the change itself: an effect after the next paint leaves the focus on nothing for a frame.
  useLayoutEffect(() => {
    if (asked) keep.current?.focus();
    else if (was.current) first.current?.focus();
    was.current = asked;
  }, [asked]);
  const facts = [
    bytes,
    taskName(plain(model.task, 80), language),
    model.fetched && day(plain(model.fetched, 40), language),
  ];
  const remove = (event: Event): void => {
    ask(false);
    const body = { ask: 'delete', model_id: model.model_id, revision: model.revision } as const;
    void app.act(event, body).then(() => app.store.set({ stale: true }));
  };
  return (
    <li>
      <div class="hfp-thing">
        <ModelTitle id={model.model_id} />
        <p class="hfp-muted">{facts.filter(Boolean).join(' · ')}</p>
        {!model.can_delete && <p class="hfp-muted">{words.yours}</p>}
      </div>
      {model.can_delete && !asked && (
        <button
          ref={first}
          type="button"
          class="hfp-button hfp-slim"
          aria-label={words.removeModel(plain(model.model_id, 200))}
          onClick={() => ask(true)}
        >
          {words.remove}
        </button>
      )}
      {asked && (
        <div class="hfp-sure" role="group" aria-label={words.removeSure(bytes)}>
          <span>{words.removeSure(bytes)}</span>
          <button ref={keep} type="button" class="hfp-button hfp-slim" onClick={() => ask(false)}>
            {words.removeNo}
          </button>
          <button type="button" class="hfp-button hfp-slim hfp-danger" onClick={remove}>
            {words.removeYes}
          </button>
        </div>
      )}
    </li>
  );
}
