/** Everything the page says, in both languages. The English table is the type of the other. */

import { en } from './words/en';
import { zh } from './words/zh';

export type Language = 'en' | 'zh';
export type Strings = typeof en;

export const STRINGS: Record<Language, Strings> = { en, zh };

const KEY = 'hfmagic.language';

/** The language chosen before, else the page's, else the browser's. */
export function firstLanguage(): Language {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'en' || kept === 'zh') return kept;
  } catch {
    // A page without storage has the page's language.
  }
  const page = document.documentElement.lang; // JupyterLab says en where no other language was chosen in it
  const said = page && page !== 'en' ? page : navigator.language || 'en';
  return said.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Then it is asked of the page again the next time.
  }
}
