/** A trial: models side by side on the user's own rows. */

import { useApp, useShown, useWords } from '../app';
import { count } from '../formats';
import { Turning } from '../icons';
import { Note } from '../note';
import { plain } from '../plain';
import { Bars } from './bars';
import { Differences } from './differences';
import { Verdict } from './verdict';

export function TrialPanel() {
  const app = useApp();
  const [words, language] = useWords();
  const trial = useShown((s) => s.trial);
  if (!trial) return <Note>{words.noTrial}</Note>;
  const rows = words.trialRows(count(trial.rows, language));
  return (
    <div class="hfp-trial hfp-scroll">
      <div class="hfp-trial-head">
        <h3>
          {words.trialOf(plain(trial.step, 64))} <span class="hfp-muted">{rows}</span>
        </h3>
        {trial.running && (
          <div class="hfp-banner hfp-banner-line">
            <span class="hfp-phase-running">
              <Turning /> {words.runs}
            </span>
            <button type="button" class="hfp-button hfp-slim" onClick={(e) => void app.stop(e)}>
              {words.stop}
            </button>
          </div>
        )}
      </div>
      {trial.error && <Note kind="bad">{plain(trial.error)}</Note>}
      <Verdict trial={trial} />
      <Bars trial={trial} />
      {!trial.running && <Differences trial={trial} />}
    </div>
  );
}
