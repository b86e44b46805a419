/** The facts of a model as names and values. What is not known is left out. */

import type { ComponentChildren } from 'preact';
import { useShown, useWords } from '../app';
import { compact, count, day, gibi, languageName, parameters, score, size } from '../formats';
import { plain } from '../plain';
import type { ModelDetails, ModelShown } from '../types';
import { taskName } from '../words/tasks';

export function Facts({ model, details }: { model: ModelShown; details: ModelDetails | null }) {
  const [words, language] = useWords();
  const device = useShown((s) => s.list?.device ?? '');
  const [up, down] = model.ratings.map(Number);
  const rows: [string, ComponentChildren][] = [
    [words.facts.score, scored(model)],
    [words.facts.task, taskName(plain(model.task, 80), language)],
    [words.facts.license, plain(model.license, 200)],
    [words.facts.parameters, model.parameters > 0 && parameters(model.parameters)],
    [
      words.facts.size,
      model.weight_bytes > 0 && size(model.weight_bytes, language) + (model.here ? ` · ${words.here}` : ''),
    ],
    [words.facts.fetch, !model.here && fetched(model)],
    [
      words.facts.memory,
      model.needs_bytes > 0 && words.needsLong(gibi(model.needs_bytes), gibi(model.free_bytes), plain(device, 80)),
    ],
    [
      words.facts.languages,
      model.languages
        .slice(0, 30)
        .map((l) => languageName(plain(l, 20), language))
        .join(', '),
    ],
    [words.facts.bases, details?.base_models.map((m) => plain(m, 200)).join(', ')],
    [words.facts.owner, details && owner(details)],
    [words.facts.security, details?.security === 'safe' ? words.safe : plain(details?.security ?? '', 200)],
    [words.facts.labels, details && labels(details)],
    [words.facts.tokens, details?.max_tokens && words.tokens(count(details.max_tokens, language))],
    [words.facts.architecture, details?.architectures.map((a) => plain(a, 80)).join(', ')],
    [words.facts.dtype, plain(details?.dtype ?? '', 40)],
    [
      words.facts.use,
      model.downloads + model.likes > 0 && `${compact(model.downloads, language)} · ${compact(model.likes, language)}`,
    ],
    [words.facts.ratings, (up || down) && `${words.good} ${up} · ${words.bad} ${down}`],
    [
      words.facts.revision,
      details?.revision && <code title={plain(details.revision, 60)}>{plain(details.revision, 60).slice(0, 12)}</code>,
    ],
    [words.facts.fetched, details?.fetched && day(plain(details.fetched, 40), language)],
  ];

  function scored(m: ModelShown): ComponentChildren {
    if (m.score === null) return plain(m.basis);
    return (
      <>
        <b>{score(m.score)}</b> · {words.scoreOf(score(m.quality), score(m.speed))}
        {m.basis && <div class="hfp-muted">{plain(m.basis)}</div>}
      </>
    );
  }

  function fetched(m: ModelShown): string {
    return m.fetch_bytes === null ? words.unknown : size(m.fetch_bytes, language);
  }

  function owner(d: ModelDetails): string {
    if (d.verified === null) return '';
    return d.verified ? words.ownerVerified : words.ownerNotVerified;
  }

  function labels(d: ModelDetails): string {
    if (d.labels.length)
      return d.labels
        .slice(0, 60)
        .map((l) => plain(l, 80))
        .join(', ');
    return model.task.endsWith('-classification') && !model.task.startsWith('zero') ? words.unnamedLabels : '';
  }

  return (
    <dl class="hfp-facts">
      {rows
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
