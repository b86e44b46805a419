/** A model of anywidget's for tests: what was sent, and a way to answer. */

import type { Ask, Port } from '../line';
import type { Answer, Message, Push } from '../types';

export class TestPort implements Port {
  readonly sent: Message[] = [];
  traits: Record<string, unknown> = {};
  private callbacks = new Set<(content: unknown) => void>();

  get(name: string): unknown {
    return this.traits[name];
  }

  send(content: Message): void {
    this.sent.push(content);
  }

  on(_event: string, callback: (content: unknown) => void): void {
    this.callbacks.add(callback);
  }

  off(_event: string, callback: (content: unknown) => void): void {
    this.callbacks.delete(callback);
  }

  tell(content: { answer?: Answer; push?: Push } | null | string): void {
    for (const callback of this.callbacks) callback(content);
  }

  get asked(): Ask[] {
    return this.sent.map((m) => m.body);
  }
}
