/** What the page knows and where its user is. */

import { NO_QUERY, type Query } from './filter';
import { firstLanguage, type Language } from './strings';
import type { Home, MemoryShown, ModelDetails, Models, PlanShown, TrialShown } from './types';

export type Tab = 'models' | 'plan' | 'trial' | 'memory';

/** A line for the user's eyes. */
export interface Said {
  text: string;
  refused: boolean;
}

export interface State {
  language: Language;
  tab: Tab;
  said: Said | null;
  /** True while an answer is overdue: the kernel is busy. */
  late: boolean;
  home: Home | null;
  plan: PlanShown | null;
  trial: TrialShown | null;
  memory: MemoryShown | null;
  task: string;
  list: Models | null;
  listing: '' | 'here' | 'hub';
  /** True when what is on this machine has changed, or was never asked. */
  stale: boolean;
  /** The words that the Hub has answered to: its finds are not sifted by them again. */
  hubWords: string | null;
  query: Query;
  /** Where the list was scrolled to, in pixels, and the row the keyboard is on. */
  offset: number;
  active: number;
  /** The model whose details are open. */
  open: string;
  details: ModelDetails | null;
  /** The models picked for a trial; null while none are being picked. */
  picked: string[] | null;
  /** The step of the plan that is looked at. */
  step: string;
}

export function firstState(tab: unknown, task: unknown): State {
  return {
    language: firstLanguage(),
    tab: isTab(tab) ? tab : 'models',
    said: null,
    late: false,
    home: null,
    plan: null,
    trial: null,
    memory: null,
    task: typeof task === 'string' ? task : '',
    list: null,
    listing: '',
    stale: true,
    hubWords: null,
    query: NO_QUERY,
    offset: 0,
    active: 0,
    open: '',
    details: null,
    picked: null,
    step: '',
  };
}

/** What changes with the task. */
export function withTask(state: State, task: string): Partial<State> {
  if (task === state.task) return {};
  return {
    task,
    list: null,
    stale: true,
    listing: '',
    hubWords: null,
    open: '',
    details: null,
    picked: null,
    active: 0,
    offset: 0,
  };
}

export function isTab(name: unknown): name is Tab {
  return name === 'models' || name === 'plan' || name === 'trial' || name === 'memory';
}
