/** The deeds of the list of models: fetch it, search the Hub, open one. */

import type { App } from '../app';
import { NO_QUERY, type Query } from '../filter';
import { withTask } from '../state';

/** List the models of the task: those on this machine. */
export async function list(app: App): Promise<void> {
  const { task } = app.state;
  if (!task) return;
  app.store.set({ listing: 'here', stale: false });
  const { models, refused } = app.told(await app.line.ask({ ask: 'search', task, hub: false }));
  if (app.state.task !== task || app.state.listing !== 'here') return;
  const none = { task, models: [], away: refused?.line ?? '', device: '', chosen: '' };
  app.store.set({ listing: '', list: models ?? app.state.list ?? none, hubWords: null });
}

/** Ask the Hub, with the filters that it knows. */
export async function searchHub(app: App, event: Event): Promise<void> {
  const { task, query, home } = app.state;
  if (!task || !home?.hub) return;
  app.store.set({ listing: 'hub' });
  const answer = await app.act(event, {
    ask: 'search',
    task,
    hub: true,
    words: query.words.slice(0, 200),
    license: query.classes,
    max_size: query.maxSize || null,
    language: query.language.trim().slice(0, 20),
  });
  if (app.state.task !== task) return;
  app.store.set({ listing: '', stale: !answer.models && !app.state.list });
  if (answer.models) app.store.set({ list: answer.models, hubWords: query.words, active: 0, offset: 0 });
}

export function setTask(app: App, task: string): void {
  app.store.set(withTask(app.state, task));
}

export function setQuery(app: App, patch: Partial<Query>): void {
  app.store.set({ query: { ...app.state.query, ...patch }, active: 0, offset: 0 });
}

export function clearFilters(app: App): void {
  const { words, sort } = app.state.query;
  setQuery(app, { ...NO_QUERY, words, sort });
}

/** Open a model: what the list knows at once, the rest when the kernel answers. */
export async function open(app: App, modelId: string): Promise<void> {
  app.store.set({ open: modelId, details: null });
  const { details } = app.told(await app.line.ask({ ask: 'details', model_id: modelId }));
  if (details && app.state.open === modelId) app.store.set({ details });
}

/** Pick a model for a trial, or put it back. At most four. */
export function pick(app: App, modelId: string): void {
  const picked = app.state.picked ?? [];
  if (picked.includes(modelId)) app.store.set({ picked: picked.filter((id) => id !== modelId) });
  else if (picked.length < 4) app.store.set({ picked: [...picked, modelId] });
}

/** How models are compared: on how many rows, with which columns of the frame ('' for none). */
export interface Terms {
  rows: number;
  labels: string;
  by: string;
}

/** Try the picked models on varied rows of a step. */
export async function compare(app: App, event: Event, step: string, terms: Terms): Promise<void> {
  const { plan, picked } = app.state;
  if (!plan || !picked || picked.length < 2) return;
  const answer = await app.act(event, { ask: 'try', plan: plan.hash, step, model_ids: picked, ...terms });
  if (answer.taken) app.store.set({ picked: null });
}
