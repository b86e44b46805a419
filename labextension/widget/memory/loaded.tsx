/** The models that are loaded, to let go. */

import { useEffect, useReducer } from 'preact/hooks';
import { useApp, useWords } from '../app';
import { ago, size } from '../formats';
import { plain } from '../plain';
import type { LoadedShown } from '../types';
import { ModelTitle } from './title';

const REDRAW_MS = 20_000; // so that "3 min ago" stays true

export function Loaded({ loaded }: { loaded: LoadedShown[] }) {
  const app = useApp();
  const [words, language] = useWords();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => redraw(0), REDRAW_MS);
    return () => clearInterval(timer);
  }, []);
  const total = loaded.reduce((sum, m) => sum + m.bytes, 0);
  return (
    <section class="hfp-part">
      <h4>
        {words.loaded} {loaded.length > 0 && <span class="hfp-muted">{words.total(size(total, language))}</span>}
      </h4>
      {!loaded.length && <p class="hfp-muted">{words.noneLoaded}</p>}
      <ul class="hfp-things">
        {loaded.map((model) => (
          <li key={`${model.model_id} ${model.device}`}>
            <div class="hfp-thing">
              <ModelTitle id={model.model_id} />
              <p class="hfp-muted">
                {[
                  size(model.bytes, language),
                  [plain(model.device, 40), plain(model.dtype, 20)].filter(Boolean).join(', '),
                  words.lastUsed(ago(model.used, language)),
                ].join(' · ')}
              </p>
            </div>
            <button
              type="button"
              class="hfp-button hfp-slim"
              aria-label={words.unloadModel(plain(model.model_id, 200))}
              onClick={(e) => void app.act(e, { ask: 'unload', model_id: model.model_id })}
            >
              {words.unload}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
