/// <reference types="node" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyModels } from '../dev/data';
import { filtersOn, languagesOf, NO_QUERY, shownModels } from '../filter';

const MODELS = manyModels(300);
const ids = (query: Partial<typeof NO_QUERY>, skip = false) => shownModels(MODELS, { ...NO_QUERY, ...query }, skip);

void test('without a query every model is there, best first, the rejected last', () => {
  const shown = ids({});
  assert.equal(shown.length, MODELS.length);
  const cut = shown.findIndex((m) => m.rejected);
  assert.ok(shown.slice(cut).every((m) => m.rejected));
  const scores = shown.slice(0, cut).map((m) => m.score ?? -1);
  assert.deepEqual(
    scores,
    [...scores].sort((a, b) => b - a),
  );
});

void test('all words must occur, in any order and case', () => {
  const shown = ids({ words: 'EN  roberta' });
  assert.ok(shown.length > 0);
  assert.ok(shown.every((m) => m.model_id.includes('roberta')));
  assert.equal(ids({ words: 'no-such-model' }).length, 0);
  assert.equal(ids({ words: 'no-such-model' }, true).length, MODELS.length);
});

void test('limits are hard: an unknown size does not pass a limit of size', () => {
  const unknown = { ...MODELS[0], weight_bytes: 0 };
  assert.equal(shownModels([unknown], { ...NO_QUERY, maxSize: 1e9 }).length, 0);
  assert.ok(ids({ maxSize: 5e8 }).every((m) => m.weight_bytes <= 5e8));
  assert.ok(ids({ classes: ['permissive', 'copyleft'] }).every((m) => /permissive|copyleft/.test(m.license_class)));
  assert.ok(ids({ here: true }).every((m) => m.here));
  assert.ok(ids({ fits: true }).every((m) => m.fit === 'green' || m.fit === 'amber'));
  assert.ok(ids({ language: 'DE' }).every((m) => m.languages.includes('de')));
});

void test('sorts', () => {
  const downloads = ids({ sort: 'downloads' }).filter((m) => !m.rejected);
  assert.ok(downloads.every((m, at) => at === 0 || m.downloads <= (downloads[at - 1]?.downloads ?? 0)));
  const sizes = ids({ sort: 'size' }).filter((m) => !m.rejected);
  assert.ok(sizes.every((m, at) => at === 0 || m.weight_bytes >= (sizes[at - 1]?.weight_bytes ?? 0)));
});

void test('languages by how often they occur; filters are counted', () => {
  assert.equal(languagesOf(MODELS)[0], 'en');
  assert.equal(filtersOn(NO_QUERY), 0);
  assert.equal(filtersOn({ ...NO_QUERY, words: 'x', here: true, classes: ['permissive', 'copyleft'] }), 2);
});

void test('3,000 models are sifted well within a frame or two', () => {
  const models = manyModels(3000);
  shownModels(models, NO_QUERY);
  const start = performance.now();
  shownModels(models, { ...NO_QUERY, words: 'roberta en' });
  assert.ok(performance.now() - start < 50);
});
