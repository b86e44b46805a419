/** The rows on which the models of a trial differ. A click says which label is right. */

import { useApp, useWords } from '../app';
import { useId } from '../ids';
import { count } from '../formats';
import { Check } from '../icons';
import { nameParts, plain } from '../plain';
import type { Disagreement, TrialShown } from '../types';

const MOST = 100;

export function Differences({ trial }: { trial: TrialShown }) {
  const [words, language] = useWords();
  const rows = trial.disagreements;
  const labelled = rows.filter((r) => r.label).length;
  return (
    <section class="hfp-part">
      <h4>
        {words.differ} {rows.length > 0 && <span class="hfp-muted">{count(rows.length, language)}</span>}
      </h4>
      {rows.length === 0 ? (
        <p class="hfp-muted">{words.noneDiffer}</p>
      ) : (
        <>
          <p class="hfp-help">
            {labelled ? words.labelled(String(labelled), count(rows.length, language)) : words.differHelp}
          </p>
          <ol class="hfp-differences">
            {rows.slice(0, MOST).map((row) => (
              <Row key={row.row} row={row} labels={trial.labels} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Row({ row, labels }: { row: Disagreement; labels: string[] }) {
  const app = useApp();
  const [words] = useWords();
  const id = useId();
  const said = byLabel(row);
  const others = labels.filter((label) => !said.has(label));
  const say = (event: Event, label: string): void => {
    void app.act(event, { ask: 'label', row: row.row, label });
  };
  return (
    <li>
      <p class="hfp-subject">
        <span class="hfp-muted">
          <span class="hfp-hidden">{words.row} </span>
          {row.place}
        </span>
        <bdi dir="auto">{plain(row.subject, 600)}</bdi>
      </p>
      <div class="hfp-labels" role="group" aria-label={words.differHelp}>
        {[...said].map(([label, models]) => (
          <button
            key={label}
            type="button"
            class="hfp-button hfp-slim"
            aria-pressed={row.label === label}
            title={words.saidBy(models.map((m) => plain(m, 80)).join(', '))}
            onClick={(e) => say(e, label)}
          >
            {row.label === label && <Check />}
            <span class="hfp-label">{plain(label, 60)}</span>
            <span class="hfp-muted">
              <span aria-hidden="true">×{models.length}</span>
              <span class="hfp-hidden"> {words.saidBy(models.map((m) => nameParts(m)[1]).join(', '))}</span>
            </span>
          </button>
        ))}
        {others.length > 0 && (
          <>
            <label class="hfp-hidden" for={id}>
              {words.otherLabelFor(String(row.place))}
            </label>
            <select
              id={id}
              class={`hfp-input hfp-small ${others.includes(row.label) ? 'hfp-said-so' : ''}`}
              value={others.includes(row.label) ? row.label : ''}
              onChange={(e) => {
                if (e.currentTarget.value) say(e, e.currentTarget.value);
              }}
            >
              <option value="">{words.otherLabel}</option>
              {others.slice(0, 200).map((label) => (
                <option key={label} value={label}>
                  {plain(label, 60)}
                </option>
              ))}
            </select>
          </>
        )}
      </div>
    </li>
  );
}

/** The labels that were given, those of most models first, and who gave them. */
function byLabel(row: Disagreement): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [model, given] of row.given) {
    const label = String(given);
    if (label) found.set(label, [...(found.get(label) ?? []), String(model)]);
  }
  return new Map([...found].sort((a, b) => b[1].length - a[1].length));
}
