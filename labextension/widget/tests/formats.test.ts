/// <reference types="node" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as formats from '../formats';

const { ago, compact, gibi, parameters } = formats;
const spaced = (text: string): string => text.replace(/\u00a0/g, ' ');
const size = (...of: Parameters<typeof formats.size>): string => spaced(formats.size(...of));
const seconds = (...of: Parameters<typeof formats.seconds>): string => spaced(formats.seconds(...of));

void test('sizes as the kernel writes them', () => {
  const cases: [number, string][] = [
    [0, '0 bytes'],
    [999, '999 bytes'],
    [36_000, '36 kB'],
    [1500, '1.5 kB'],
    [338e6, '338 MB'],
    [4.1e9, '4.1 GB'],
    [12.4e9, '12 GB'],
    [2000e9, '2,000 GB'],
  ];
  for (const [bytes, words] of cases) assert.equal(size(bytes, 'en'), words);
  assert.equal(size(338e6, 'zh'), '338 MB');
});

void test('memory in GiB', () => {
  assert.equal(gibi(12 * 2 ** 30), '12');
  assert.equal(gibi(0.3 * 2 ** 30), '0.3');
  assert.equal(gibi(1), '< 0.1');
  assert.equal(gibi(0), '0');
});

void test('durations as the kernel writes them', () => {
  const cases: [number, string][] = [
    [0.001, '< 0.01 s'],
    [0.04, '0.04 s'],
    [1.23, '1.2 s'],
    [48.4, '48 s'],
    [200, '3 min 20 s'],
    [7300, '2 h 1 min'],
  ];
  for (const [value, words] of cases) assert.equal(seconds(value, 'en'), words);
  assert.equal(seconds(200, 'zh'), '3 分 20 秒');
});

void test('counts', () => {
  assert.equal(parameters(66e6), '66M');
  assert.equal(parameters(1.54e9), '1.5B');
  assert.equal(compact(1_234_567, 'en'), '1.2M');
  assert.equal(compact(1_234_567, 'zh'), '123.5万');
  assert.match(ago(1000, 'en', 1190), /3 min\.? ago/);
});
