/** The line to the kernel: numbered questions, their answers, and what the kernel says unasked. */

import type { Answer, Message, Push } from './types';

export type Ask = Message['body'];

/** What the line needs of an anywidget model. */
export interface Port {
  get(name: string): unknown;
  send(content: Message): void;
  on(event: string, callback: (content: unknown) => void): void;
  off(event: string, callback: (content: unknown) => void): void;
}

export interface Ears {
  pushed(push: Push): void;
  /** How many questions have waited longer than a page should. */
  late(count: number): void;
}

export const LATE_MS = 2500;

export class Line {
  private waiting = new Map<number, (answer: Answer) => void>();
  private overdue = new Set<number>();
  private timers = new Map<number, ReturnType<typeof setTimeout>>();
  /** Two views of one model hear each other's answers: each starts at a number of its own. */
  private next = Math.floor(Math.random() * 2 ** 32) * 2 ** 20;

  constructor(
    private port: Port,
    private ears: Ears,
  ) {
    port.on('msg:custom', this.heard);
  }

  /** Ask for something to look at. It never downloads, runs or deletes. */
  ask(body: Ask): Promise<Answer> {
    const id = this.next++;
    const answer = new Promise<Answer>((resolve) => this.waiting.set(id, resolve));
    const timer = setTimeout(() => {
      this.overdue.add(id);
      this.ears.late(this.overdue.size);
    }, LATE_MS);
    this.timers.set(id, timer);
    this.port.send({ id, body });
    return answer;
  }

  /** Ask for a deed. Only a person's click or key may: a script in an output has no such event. */
  act(event: Event, body: Ask): Promise<Answer> {
    if (!this.may(event)) {
      return Promise.resolve({ id: -1, refused: { code: 'not-a-person', line: '' } });
    }
    return this.ask(body);
  }

  /** Whether a person caused the event. */
  may(event: Event): boolean {
    return event.isTrusted || this.port.get('testing') === true;
  }

  close(): void {
    this.port.off('msg:custom', this.heard);
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers.clear();
    this.waiting.clear();
  }

  private heard = (content: unknown): void => {
    if (typeof content !== 'object' || content === null) return;
    const { answer, push } = content as { answer?: Answer; push?: Push };
    if (push) this.ears.pushed(push);
    if (answer) this.answered(answer);
  };

  private answered(answer: Answer): void {
    const resolve = this.waiting.get(answer.id);
    if (!resolve) return;
    this.waiting.delete(answer.id);
    clearTimeout(this.timers.get(answer.id));
    this.timers.delete(answer.id);
    if (this.overdue.delete(answer.id)) this.ears.late(this.overdue.size);
    resolve(answer);
  }
}
