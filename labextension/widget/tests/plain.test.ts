/// <reference types="node" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellFor } from '../models/offers';
import { manyModels } from '../dev/data';
import { planIn } from '../dev/plans';
import { nameParts, plain, safeAddress } from '../plain';

void test('controls and directions go, letters and marks stay', () => {
  assert.equal(plain('a\u0000b\u001b[31mc'), 'a b [31mc');
  assert.equal(plain('\u202Egnp.exe\u202C\u2066x\u2069\u200B'), 'gnp.exex');
  assert.equal(plain('Zürich 東京 café नमस्ते'), 'Zürich 東京 café नमस्ते');
  assert.equal(plain('two\nlines\t.'), 'two\nlines\t.');
});

void test('floods and endless texts are cut', () => {
  assert.equal(plain('Z' + '\u0301'.repeat(500)).length, 5);
  assert.equal(plain('A'.repeat(2000), 200), 'A'.repeat(200) + '…');
  assert.ok(plain('x'.repeat(10_000_000), 100).length === 101);
  assert.ok(!plain('😀'.repeat(300), 100).includes('\uFFFD'));
});

void test('a model has an owner and a name', () => {
  assert.deepEqual(nameParts('org/name'), ['org', 'name']);
  assert.deepEqual(nameParts('name'), ['', 'name']);
});

void test('only https addresses become links', () => {
  assert.equal(safeAddress('https://huggingface.co/a/b'), 'https://huggingface.co/a/b');
  for (const bad of ['http://x.y', 'javascript:alert(1)', 'data:text/html,x', '//x.y', '', 'https://u:p@x.y/']) {
    assert.equal(safeAddress(bad), '');
  }
});

void test('a cell for a model can hold one line of options only', () => {
  const model = { ...manyModels(1)[0], model_id: 'org/x\n!rm -rf ~ --yes' };
  const plan = planIn('done');
  const [line, request] = cellFor(model, plan, 'en').split('\n');
  assert.equal(line, '%%hf reviews --model sentiment=org/xrm-rf--yes');
  assert.equal(request, plan?.plan.request);
  assert.match(cellFor(manyModels(1)[0], null, 'zh'), /^%%hf DATA\n用 starter\/.* 标注每条文本的情感。\n$/);
});
