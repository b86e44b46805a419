/** Which models of a list are shown, and in what order. Pure and quick: it runs at each keystroke. */

import type { ModelShown } from './types';

export type LicenseClass = ModelShown['license_class'];
export type Sort = 'score' | 'downloads' | 'size';

export const LICENSE_CLASSES: LicenseClass[] = ['permissive', 'copyleft', 'non-commercial', 'restricted', 'unknown'];
export const SIZES = [100e6, 500e6, 2e9, 8e9];

export interface Query {
  words: string;
  classes: LicenseClass[];
  /** Bytes; 0 for any. */
  maxSize: number;
  language: string;
  here: boolean;
  fits: boolean;
  sort: Sort;
}

export const NO_QUERY: Query = {
  words: '',
  classes: [],
  maxSize: 0,
  language: '',
  here: false,
  fits: false,
  sort: 'score',
};

const hay = new WeakMap<ModelShown, string>();

function text(model: ModelShown): string {
  let found = hay.get(model);
  if (found === undefined) {
    const parts = [
      model.model_id,
      model.owner,
      model.license,
      model.license_class,
      ...model.languages,
      ...model.labels,
      model.basis,
    ];
    hay.set(model, (found = parts.join(' ').slice(0, 2000).toLowerCase()));
  }
  return found;
}

/** What the first keystroke would have to make, made before it. */
export function warm(models: readonly ModelShown[]): void {
  models.forEach(text);
}

/** The models that pass, sorted, those that cannot be chosen at the end. */
export function shownModels(models: readonly ModelShown[], query: Query, skipWords = false): ModelShown[] {
  const words = skipWords ? [] : query.words.toLowerCase().split(/\s+/).filter(Boolean);
  const language = query.language.trim().toLowerCase();
  const passes = (m: ModelShown): boolean =>
    (!query.here || m.here) &&
    (!query.fits || m.fit === 'green' || m.fit === 'amber') &&
    (!query.maxSize || (m.weight_bytes > 0 && m.weight_bytes <= query.maxSize)) &&
    (!query.classes.length || query.classes.includes(m.license_class)) &&
    (!language || m.languages.some((l) => l.toLowerCase().startsWith(language))) &&
    words.every((word) => text(m).includes(word));
  return models
    .filter(passes)
    .map((m, at) => ({ m, at, key: sortKey(m, query.sort) }))
    .sort((a, b) => Number(!!a.m.rejected) - Number(!!b.m.rejected) || a.key - b.key || a.at - b.at)
    .map((x) => x.m);
}

function sortKey(m: ModelShown, sort: Sort): number {
  if (sort === 'downloads') return -m.downloads;
  if (sort === 'size') return m.weight_bytes || Number.MAX_SAFE_INTEGER;
  return m.score === null ? 1 : -m.score;
}

/** The languages that occur, most frequent first. */
export function languagesOf(models: readonly ModelShown[]): string[] {
  const counts = new Map<string, number>();
  for (const m of models) for (const l of m.languages) counts.set(l, (counts.get(l) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([l]) => l);
}

/** How many filters are on; the words are not counted. */
export function filtersOn(query: Query): number {
  return [query.classes.length, query.maxSize, query.language.trim(), query.here, query.fits].filter(Boolean).length;
}
