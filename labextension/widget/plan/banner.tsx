/** What the plan as a whole waits for, or that it runs. */

import { useApp, useWords } from '../app';
import { size } from '../formats';
import { Turning } from '../icons';
import { plain } from '../plain';
import type { PlanShown, Waiting } from '../types';

export function Banner({ shown }: { shown: PlanShown }) {
  return (
    <>
      {shown.waits && <Waits shown={shown} waits={shown.waits} />}
      {shown.running && <Runs />}
      {shown.queued && <p class="hfp-banner hfp-muted">{plain(shown.queued)}</p>}
      {shown.error && (
        <p class="hfp-banner hfp-banner-bad" role="alert">
          {plain(shown.error)}
        </p>
      )}
    </>
  );
}

function Waits({ shown, waits }: { shown: PlanShown; waits: Waiting }) {
  const app = useApp();
  const [words, language] = useWords();
  const bytes = size(waits.fetch_bytes, language);
  const isDownload = waits.why === 'download';
  return (
    <div class="hfp-banner hfp-banner-warn" role="group" aria-label={words.waitsShown}>
      <p>
        <b>{isDownload ? words.waitsDownload(bytes) : words.waitsShown}</b>
        {isDownload && waits.largest && ` ${words.waitsLargest(plain(waits.largest, 200))}`}
      </p>
      <div class="hfp-buttons">
        <button
          type="button"
          class="hfp-button hfp-main"
          onClick={(e) => void app.act(e, { ask: 'approve', plan: shown.hash })}
        >
          {waits.fetch_bytes > 0 ? words.runDownload(bytes) : words.run}
        </button>
        <button type="button" class="hfp-button" onClick={(e) => void app.act(e, { ask: 'dismiss', plan: shown.hash })}>
          {words.dismiss}
        </button>
      </div>
    </div>
  );
}

function Runs() {
  const app = useApp();
  const [words] = useWords();
  return (
    <div class="hfp-banner hfp-banner-line">
      <span class="hfp-phase-running">
        <Turning /> {words.runs}
      </span>
      <button type="button" class="hfp-button hfp-slim" onClick={(e) => void app.stop(e)}>
        {words.stop}
      </button>
    </div>
  );
}
