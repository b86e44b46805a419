/** What another model changed: how many rows, and some of them before and after. */

import { useWords } from '../app';
import { count } from '../formats';
import { plain } from '../plain';
import type { Change } from '../types';

export function Changes({ change }: { change: Change }) {
  const [words, language] = useWords();
  const n = (value: number): string => count(value, language);
  return (
    <section class="hfp-changes">
      <h4>
        {words.changed(n(change.changed), n(change.total))}{' '}
        <span class="hfp-muted">
          {words.changesIn} {plain(change.output, 128)}
        </span>
      </h4>
      {change.examples.length > 0 && (
        <>
          <p class="hfp-help">{words.firstTen(n(change.examples.length))}</p>
          <div class="hfp-change-rows">
            {change.examples.map((row) => (
              <div key={row.row} class="hfp-change-row">
                <p class="hfp-subject">
                  <span class="hfp-muted">
                    <span class="hfp-hidden">{words.row} </span>
                    {n(row.row)}
                  </span>
                  <bdi dir="auto">{plain(row.subject, 300)}</bdi>
                </p>
                <p class="hfp-swap">
                  <del>
                    <span class="hfp-hidden">{words.before}: </span>
                    {plain(row.before, 200)}
                  </del>
                  <span aria-hidden="true">→</span>
                  <ins>
                    <span class="hfp-hidden">{words.after}: </span>
                    {plain(row.after, 200)}
                  </ins>
                </p>
              </div>
            ))}
          </div>
        </>
      )}
    </section>
  );
}
