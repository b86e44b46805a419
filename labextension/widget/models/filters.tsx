/** What a model must be to be listed. It sifts what is there; the Hub is asked with the same limits. */

import { useApp, useShown, useWords } from '../app';
import { useId } from '../ids';
import { filtersOn, languagesOf, LICENSE_CLASSES, SIZES } from '../filter';
import { languageName, size } from '../formats';
import { plain } from '../plain';
import type { ModelShown } from '../types';
import { clearFilters, setQuery } from './shelf';

export function Filters({ models }: { models: ModelShown[] }) {
  const app = useApp();
  const [words] = useWords();
  const query = useShown((s) => s.query);
  const toggle = (name: (typeof LICENSE_CLASSES)[number]): void => {
    const { classes } = query;
    setQuery(app, { classes: classes.includes(name) ? classes.filter((c) => c !== name) : [...classes, name] });
  };
  return (
    <div class="hfp-filters" role="group" aria-label={words.filters}>
      <div class="hfp-chips" role="group" aria-label={words.license}>
        {LICENSE_CLASSES.map((name) => (
          <button
            key={name}
            type="button"
            class={`hfp-chip hfp-is-${name}`}
            aria-pressed={query.classes.includes(name)}
            onClick={() => toggle(name)}
          >
            {words.licenseClass[name]}
          </button>
        ))}
      </div>
      <div class="hfp-pair">
        <SizeFilter />
        <LanguageFilter models={models} />
      </div>
      <div class="hfp-checks">
        <Switch label={words.onlyHere} on={query.here} set={(here) => setQuery(app, { here })} />
        <Switch label={words.onlyFits} on={query.fits} set={(fits) => setQuery(app, { fits })} />
        {filtersOn(query) > 0 && (
          <button type="button" class="hfp-link" onClick={() => clearFilters(app)}>
            {words.clearFilters}
          </button>
        )}
      </div>
    </div>
  );
}

function Switch({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label class="hfp-check">
      <input type="checkbox" checked={on} onChange={(e) => set(e.currentTarget.checked)} />
      {label}
    </label>
  );
}

function SizeFilter() {
  const app = useApp();
  const [words, language] = useWords();
  const maxSize = useShown((s) => s.query.maxSize);
  const id = useId();
  return (
    <div class="hfp-field">
      <label for={id}>{words.maxSize}</label>
      <select
        id={id}
        class="hfp-input"
        value={String(maxSize)}
        onChange={(e) => setQuery(app, { maxSize: Number(e.currentTarget.value) })}
      >
        <option value="0">{words.anySize}</option>
        {SIZES.map((bytes) => (
          <option key={bytes} value={String(bytes)}>
            {size(bytes, language).replace('.0', '')}
          </option>
        ))}
      </select>
    </div>
  );
}

function LanguageFilter({ models }: { models: ModelShown[] }) {
  const app = useApp();
  const [words, language] = useWords();
  const chosen = useShown((s) => s.query.language);
  const id = useId();
  return (
    <div class="hfp-field">
      <label for={id}>{words.language}</label>
      <input
        id={id}
        class="hfp-input"
        list={`${id}-all`}
        autocomplete="off"
        spellcheck={false}
        maxLength={20}
        placeholder={words.anyLanguage}
        value={chosen}
        onInput={(e) => setQuery(app, { language: e.currentTarget.value })}
      />
      <datalist id={`${id}-all`}>
        {languagesOf(models)
          .slice(0, 200)
          .map((code) => (
            <option key={code} value={plain(code, 20)}>
              {languageName(code, language)}
            </option>
          ))}
      </datalist>
    </div>
  );
}
