/// <reference types="node" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planIn } from '../dev/plans';
import { layoutOf } from '../plan/layout';
import type { PlanShown } from '../types';

const shown = planIn('done') as PlanShown;

void test('every step has a place below what it reads from, and none covers another', () => {
  const { spots, edges, width, height } = layoutOf(shown, 600);
  const spot = (name: string) => spots.find((s) => `${s.input ? 'input' : 'step'} ${s.id}` === name);
  assert.deepEqual(
    spots
      .filter((s) => !s.input)
      .map((s) => s.id)
      .sort(),
    shown.steps.map((s) => s.id).sort(),
  );
  assert.deepEqual(
    spots.filter((s) => s.input).map((s) => s.id),
    ['reviews'],
  );
  for (const edge of edges) {
    const [from, to] = [spot(edge.from), spot(edge.to)];
    assert.ok(from && to && from.y + from.height <= to.y, `${edge.from} → ${edge.to}`);
    assert.match(edge.path, /^M[-\d.,C ]+$/);
  }
  for (const a of spots) {
    assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height);
    for (const b of spots) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      assert.ok(a === b || apart, `${a.id} over ${b.id}`);
    }
  }
});

void test('steps get narrower where there is little room', () => {
  assert.ok(layoutOf(shown, 256).width < layoutOf(shown, 600).width);
  assert.ok(layoutOf(shown, 256).width <= 256);
});
