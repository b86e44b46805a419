/// <reference types="node" />
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { LATE_MS, Line } from '../line';
import type { Push } from '../types';
import { TestPort } from './port';

function lined() {
  const port = new TestPort();
  const pushes: Push[] = [];
  const lates: number[] = [];
  const line = new Line(port, { pushed: (p) => pushes.push(p), late: (n) => lates.push(n) });
  return { port, pushes, lates, line };
}

void test('an answer finds its question, whatever the order', async () => {
  const { port, line } = lined();
  const first = line.ask({ ask: 'memory' });
  const second = line.ask({ ask: 'export', form: 'cell' });
  const [a, b] = port.sent.map((m) => m.id) as [number, number];
  port.tell({ answer: { id: b, text: { text: 'two' } } });
  port.tell({ answer: { id: a, text: { text: 'one' } } });
  assert.equal((await first).text?.text, 'one');
  assert.equal((await second).text?.text, 'two');
  line.close();
});

void test('numbers fit the schema and differ between two views', () => {
  const [one, two] = [lined(), lined()];
  void one.line.ask({ ask: 'hello' });
  void two.line.ask({ ask: 'hello' });
  const ids = [one.port.sent[0]?.id ?? -1, two.port.sent[0]?.id ?? -1];
  assert.ok(ids.every((id) => Number.isSafeInteger(id) && id >= 0));
  assert.notEqual(ids[0], ids[1]);
  one.line.close();
  two.line.close();
});

void test('pushes are heard; answers of others and nonsense are not', () => {
  const { port, pushes, line } = lined();
  port.tell({ push: { line: 'hi' } });
  port.tell({ answer: { id: 5 } });
  port.tell(null);
  port.tell('x');
  assert.deepEqual(pushes, [{ line: 'hi' }]);
  line.close();
});

void test('a late answer is told, and told again when it comes', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { port, lates, line } = lined();
  const answer = line.ask({ ask: 'memory' });
  mock.timers.tick(LATE_MS - 1);
  assert.deepEqual(lates, []);
  mock.timers.tick(1);
  assert.deepEqual(lates, [1]);
  port.tell({ answer: { id: port.sent[0]?.id ?? -1 } });
  await answer;
  assert.deepEqual(lates, [1, 0]);
  line.close();
  mock.timers.reset();
});

void test('a deed needs a person, or a model made for tests', async () => {
  const { port, line } = lined();
  const byScript = new Event('click');
  assert.equal((await line.act(byScript, { ask: 'cancel' })).refused?.code, 'not-a-person');
  assert.equal(port.sent.length, 0);
  port.traits.testing = true;
  void line.act(byScript, { ask: 'cancel' });
  assert.deepEqual(port.asked, [{ ask: 'cancel' }]);
  line.close();
});

void test('after close nothing is heard', () => {
  const { port, pushes, line } = lined();
  line.close();
  port.tell({ push: { line: 'hi' } });
  assert.deepEqual(pushes, []);
});
