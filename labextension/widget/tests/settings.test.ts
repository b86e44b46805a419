/// <reference types="node" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftOf, valueOf, valuesOf } from '../plan/settings';
import { STRINGS } from '../strings';
import type { ParameterShown } from '../types';

const wrong = STRINGS.en.wrong;
const parameter = (patch: Partial<ParameterShown>): ParameterShown => ({
  name: 'p',
  type: 'str',
  value: null,
  default: null,
  help: '',
  unit: '',
  low: null,
  high: null,
  choices: [],
  required: false,
  ...patch,
});

void test('numbers are numbers, in their range', () => {
  const groups = parameter({ type: 'int', low: 0, high: 50, value: 6 });
  assert.equal(draftOf(groups), '6');
  assert.deepEqual(valueOf(groups, '7', wrong), { value: 7 });
  assert.deepEqual(valueOf(groups, '', wrong), {});
  assert.deepEqual(valueOf({ ...groups, default: 0 }, '', wrong), { value: 0 });
  for (const bad of ['x', '1.5', '51', '-1', 'NaN', 'Infinity']) assert.ok(valueOf(groups, bad, wrong).problem, bad);
  assert.deepEqual(valueOf(parameter({ type: 'float' }), '1e-3', wrong), { value: 0.001 });
});

void test('lists are lines', () => {
  const labels = parameter({ type: 'list', required: true, value: ['a', 'b'] });
  assert.equal(draftOf(labels), 'a\nb');
  assert.deepEqual(valueOf(labels, ' x \n\ny', wrong), { value: ['x', 'y'] });
  assert.equal(valueOf(labels, ' \n', wrong).problem, wrong.required);
  assert.equal(valueOf(labels, 'x'.repeat(201), wrong).problem, wrong.long);
});

void test('a form gives the values that were changed, or what is wrong by name', () => {
  const form = [parameter({ name: 'x', required: true }), parameter({ name: 'on', type: 'bool', value: true })];
  assert.deepEqual(valuesOf(form, { x: 'product' }, wrong), { values: { x: 'product' }, problems: {} });
  assert.deepEqual(valuesOf(form, {}, wrong).problems, { x: wrong.required });
});
