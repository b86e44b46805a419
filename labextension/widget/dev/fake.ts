/** A kernel that is made up: it answers every question of the page with data as a real one would. */

import type { Ask, Port } from '../line';
import type { Answer, Home, Message, PlanShown, Push, TrialShown } from '../types';
import { detailsOf, manyModels, memoryNow, TASKS } from './data';
import { hostile } from './hostile';
import { planIn } from './plans';
import { relabelled, trialIn } from './trials';

export interface Scene {
  tab: string;
  plan: string;
  count: number;
  hostile: boolean;
  slow: boolean;
  offline: boolean;
  trial: string;
}

type Callback = (content: unknown) => void;

export class FakeKernel implements Port {
  readonly heard: Ask[] = [];
  private ears = new Map<string, Set<Callback>>();
  private plan: PlanShown | null;
  private trial: TrialShown | null;
  private models: ReturnType<typeof manyModels>;
  private traits: Record<string, unknown>;

  constructor(private scene: Scene) {
    this.traits = { tab: scene.tab, task: '', testing: false };
    this.models = manyModels(scene.count);
    this.plan = planIn(scene.plan);
    this.trial = scene.trial ? trialIn(scene.trial) : null;
  }

  get(name: string): unknown {
    return this.traits[name];
  }

  set(name: string, value: unknown): void {
    this.traits[name] = value;
    this.tell(`change:${name}`, undefined);
  }

  on(event: string, callback: Callback): void {
    this.ears.set(event, (this.ears.get(event) ?? new Set()).add(callback));
  }

  off(event: string, callback: Callback): void {
    this.ears.get(event)?.delete(callback);
  }

  push(push: Push): void {
    this.tell('msg:custom', { push: this.dressed(push) });
  }

  send({ id, body }: Message): void {
    this.heard.push(body);
    const later = this.scene.slow && body.ask !== 'hello' ? 60_000 : 30;
    setTimeout(() => this.tell('msg:custom', { answer: this.dressed({ id, ...this.answer(body) }) }), later);
  }

  private tell(event: string, content: unknown): void {
    this.ears.get(event)?.forEach((callback) => callback(content));
  }

  private dressed<T>(value: T): T {
    return this.scene.hostile ? hostile(value) : value;
  }

  private answer(body: Ask): Partial<Answer> {
    switch (body.ask) {
      case 'hello':
        return { home: this.home() };
      case 'search':
      case 'candidates': {
        const models = body.ask === 'candidates' ? this.models.slice(0, 24) : this.models;
        return {
          models: { task: 'text-classification', models, away: '', device: 'cpu', chosen: models[0]?.model_id ?? '' },
        };
      }
      case 'details': {
        const model = this.models.find((m) => m.model_id === body.model_id) ?? this.models[0];
        return model
          ? { details: detailsOf(model) }
          : { refused: { code: 'unknown', line: 'No such model was listed.' } };
      }
      case 'memory':
        return { memory: memoryNow() };
      case 'unload':
        return { memory: { ...memoryNow(), loaded: memoryNow().loaded.filter((m) => m.model_id !== body.model_id) } };
      case 'delete':
        return { memory: { ...memoryNow(), on_disk: memoryNow().on_disk.filter((m) => m.model_id !== body.model_id) } };
      case 'export':
        return { text: { text: body.form === 'json' ? JSON.stringify(this.plan?.plan) : '%%hf reviews\n…' } };
      case 'label':
        this.trial = relabelled(this.trial ?? trialIn('done'), body.row, body.label);
        return this.then({ trial: this.trial });
      case 'try':
        this.trial = trialIn('running');
        return this.then({ trial: this.trial });
      case 'use':
        this.plan = planIn('changed');
        return this.then({ plan: this.plan });
      case 'dismiss':
        this.plan = this.plan && { ...this.plan, waits: null };
        return this.then({ plan: this.plan });
      default:
        return { taken: { line: '' } };
    }
  }

  private then(push: Push): Partial<Answer> {
    setTimeout(() => this.push(push), 60);
    return { taken: {} };
  }

  private home(): Home {
    return {
      version: '0.2.0',
      tasks: TASKS,
      hub: this.scene.offline ? '' : 'huggingface.co',
      planner: 'rules',
      models_here: 6,
      plan: this.plan,
      trial: this.trial,
    };
  }
}
