/** One model in the list. Its height follows from its data, so that thousands need not be measured. */

import { memo } from '../memo';
import { useWords } from '../app';
import { compact, parameters, score, size } from '../formats';
import { Check, Down, Heart } from '../icons';
import { nameParts, plain } from '../plain';
import type { ModelShown } from '../types';
import { LicenseBadge } from './badge';
import { FitLight } from './fit';

/** How many lines of text a row takes. */
export function rowLines(model: ModelShown): number {
  return 3 + (model.rejected || model.warnings.length ? 1 : 0);
}

export const ModelRow = memo(function ModelRow({ model, inUse }: { model: ModelShown; inUse: boolean }) {
  const [words] = useWords();
  const [owner, name] = nameParts(model.model_id);
  return (
    <>
      <div class="hfp-row-name">
        <span class="hfp-row-id" title={plain(model.model_id, 200)}>
          {owner && <span class="hfp-muted">{owner}/</span>}
          <b>{name}</b>
        </span>
        {inUse && <span class="hfp-tag hfp-good">{words.inUse}</span>}
        {model.score !== null && (
          <span class="hfp-score" title={words.score}>
            <span class="hfp-hidden">{words.score} </span>
            {score(model.score)}
          </span>
        )}
      </div>
      <div class="hfp-row-line">
        <LicenseBadge model={model} />
        <Size model={model} />
      </div>
      <div class="hfp-row-line">
        <FitLight model={model} />
        <Use model={model} />
      </div>
      {(model.rejected || model.warnings.length > 0) && (
        <div class={`hfp-row-line ${model.rejected ? 'hfp-bad' : 'hfp-warn'}`}>
          <span class="hfp-cut">
            {model.rejected
              ? plain(model.rejected, 200)
              : model.warnings
                  .slice(0, 6)
                  .map((w) => plain(w, 80))
                  .join(' · ')}
          </span>
        </div>
      )}
    </>
  );
});

function Size({ model }: { model: ModelShown }) {
  const [words, language] = useWords();
  return (
    <span class="hfp-row-facts hfp-firm">
      {model.parameters > 0 && (
        <span title={words.params(parameters(model.parameters))}>{parameters(model.parameters)}</span>
      )}
      {model.here ? (
        <span class="hfp-good">
          <Check /> {words.here}
          {model.weight_bytes > 0 && <span class="hfp-muted"> {size(model.weight_bytes, language)}</span>}
        </span>
      ) : (
        <span>
          {model.fetch_bytes === null ? words.fetchUnknown : words.toFetch(size(model.fetch_bytes, language))}
        </span>
      )}
    </span>
  );
}

function Use({ model }: { model: ModelShown }) {
  const [words, language] = useWords();
  const languages = model.languages.slice(0, 3).map((l) => plain(l, 12));
  return (
    <span class="hfp-row-facts hfp-muted">
      {languages.length > 0 && (
        <span class="hfp-cut">
          {languages.join(' ')}
          {model.languages.length > 3 && ` +${model.languages.length - 3}`}
        </span>
      )}
      {model.downloads > 0 && (
        <span title={words.downloads(compact(model.downloads, language))}>
          <Down />
          {compact(model.downloads, language)}
        </span>
      )}
      {model.likes > 0 && (
        <span class="hfp-likes" title={words.likes(compact(model.likes, language))}>
          <Heart />
          {compact(model.likes, language)}
        </span>
      )}
    </span>
  );
}
