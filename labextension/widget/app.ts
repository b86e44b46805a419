/** What every panel is handed: the state, the line to the kernel, the words, and the deeds that need all three. */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { copy, offerInterrupt, offerText } from './host';
import { type Ask, Line, type Port } from './line';
import { firstState, isTab, type State, type Tab, withTask } from './state';
import { Store, usePart } from './store';
import { STRINGS, type Strings } from './strings';
import type { Answer, Home, PlanShown, Push, TrialShown } from './types';

const DEAF_MS = 3000;

export class App {
  readonly store: Store<State>;
  readonly line: Line;

  constructor(
    port: Port,
    readonly root: HTMLElement,
  ) {
    this.store = new Store(firstState(port.get('tab'), port.get('task')));
    this.line = new Line(port, {
      pushed: (push) => this.pushed(push),
      late: (count) => this.store.set({ late: count > 0 }),
    });
  }

  get state(): State {
    return this.store.state;
  }

  get words(): Strings {
    return STRINGS[this.state.language];
  }

  async start(): Promise<void> {
    const { home } = this.told(await this.line.ask({ ask: 'hello' }));
    if (home) this.arrived(home);
  }

  close(): void {
    this.line.close();
  }

  say(text: string, refused = false): void {
    if (text) this.store.set({ said: { text, refused } });
  }

  /** The answer; what it refuses, or says on the way, is said to the user. */
  told(answer: Answer): Answer {
    if (answer.refused) this.say(answer.id < 0 ? this.words.notAPerson : answer.refused.line, true);
    else if (answer.taken?.line) this.say(answer.taken.line);
    if (answer.memory) this.store.set({ memory: answer.memory });
    return answer;
  }

  /** A deed, after a click or key of the user's. True when the kernel took it. */
  async act(event: Event, body: Ask): Promise<Answer> {
    return this.told(await this.line.act(event, body));
  }

  show(tab: Tab): void {
    this.store.set({ tab });
  }

  async insert(event: Event, text: string): Promise<void> {
    if (!this.line.may(event)) return;
    if (offerText(this.root, text)) this.say(this.words.inserted);
    else await this.copy(text);
  }

  async copy(text: string): Promise<void> {
    const done = await copy(this.root, text);
    this.say(done ? this.words.copied : this.words.notCopied, !done);
  }

  /**
   * Stop what runs. Asking stops what a cell or a page runs, and nothing else. A kernel that does not hear while a cell
   * runs is interrupted, where the host can.
   */
  async stop(event: Event): Promise<void> {
    if (!this.line.may(event)) return;
    this.say(this.words.stopping);
    const deaf = new Promise<null>((resolve) => setTimeout(() => resolve(null), DEAF_MS));
    const answer = await Promise.race([this.line.act(event, { ask: 'cancel' }), deaf]);
    if (answer) this.told(answer);
    else offerInterrupt(this.root);
  }

  /** The model's traits ask for another tab or task. */
  traits({ tab, task }: { tab?: unknown; task?: unknown }): void {
    if (isTab(tab)) this.store.set({ tab });
    if (typeof task === 'string' && task) this.store.set(withTask(this.state, task));
  }

  private arrived(home: Home): void {
    const task = home.tasks.some((t) => t.name === this.state.task) ? this.state.task : firstTask(home);
    const { plan, trial } = this.state;
    this.store.set({ home, task, plan: home.plan ?? plan, trial: home.trial ?? trial });
  }

  private pushed(push: Push): void {
    const patch: Partial<State> = {};
    if (push.plan) Object.assign(patch, afterPlan(push.plan, this.state));
    if (push.trial) Object.assign(patch, afterTrial(push.trial, this.state));
    if (push.memory) patch.memory = push.memory;
    this.store.set(patch);
    if (push.line) this.say(push.line);
  }
}

function firstTask(home: Home): string {
  const planned = home.plan?.steps.find((s) => s.needs_model)?.task;
  return planned ?? home.tasks.find((t) => t.has_model)?.name ?? '';
}

function afterPlan(plan: PlanShown, state: State): Partial<State> {
  const step = plan.steps.some((s) => s.id === state.step) ? state.step : '';
  const ended = !!state.plan?.running && !plan.running; // it may have downloaded models
  return ended ? { plan, step, stale: true } : { plan, step };
}

/** A new trial is what the user waits for: it comes to the front. */
function afterTrial(trial: TrialShown, state: State): Partial<State> {
  const isNew = trial.running && !state.trial?.running;
  return isNew ? { trial, tab: 'trial' } : { trial };
}

const Context = createContext<App | null>(null);
export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  if (!app) throw new Error('no app');
  return app;
}

/** A part of the state. */
export function useShown<P>(part: (state: State) => P): P {
  return usePart(useApp().store, part);
}

/** The words in the language of the page, and the language. */
export function useWords(): [Strings, State['language']] {
  const language = useShown((s) => s.language);
  return [STRINGS[language], language];
}
