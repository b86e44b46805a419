/** Trials, and how a label changes one. */

import type { Disagreement, TrialShown } from '../types';

const MODELS = [
  'cardiffnlp/twitter-roberta-base-sentiment-latest',
  'distilbert/distilbert-base-uncased-finetuned-sst-2-english',
  'nlptown/bert-base-multilingual-uncased-sentiment',
  'starter/minilm-l6-sentiment',
];

const SUBJECTS = [
  'The battery lasts two days but the screen scratches if you look at it.',
  'Not what I expected. In a good way!',
  '屏幕很好，但是电池不耐用，客服也不回复。',
  'Fine.',
  'It would be the best player on the market if it did not stop in the middle of every second song, and if the software did not crash whenever I plug it in.',
];

export function trialIn(state: string): TrialShown {
  const running = state === 'running';
  const names = state === 'clear' ? [...MODELS].reverse() : MODELS;
  return {
    step: 'sentiment',
    task: 'text-classification',
    rows: 20,
    running,
    measure: state === 'clear' ? 'accuracy' : 'agreement',
    models: names.map((model_id, at) => ({
      model_id,
      done: running && at > 1 ? (at === 2 ? 9 : 0) : 20,
      seconds: running && at > 1 ? 0.4 : 1.2 + at * 0.8,
      value: running && at > 1 ? null : 0.95 - at * 0.12,
      low: 0.76 - at * 0.13,
      high: 0.99 - at * 0.07,
      ...inWords(0.95 - at * 0.12, 0.76 - at * 0.13, 0.99 - at * 0.07),
      rows_per_second: 120 / (at + 1),
      peak_bytes: 90e6 * (at + 1),
      error: state === 'failed' && at === 3 ? 'out of memory on cpu: 3.1 GiB wanted' : '',
    })),
    disagreements: running
      ? []
      : SUBJECTS.map((subject, at): Disagreement => ({
          row: at * 4 + 1,
          place: at * 37 + 1,
          subject,
          given: names.map((m, n) => [
            m,
            ['positive', 'negative', 'neutral', 'negative'][(n + at) % (at === 3 ? 2 : 4)],
          ]),
          label: '',
        })),
    labels: ['negative', 'neutral', 'positive'],
    winner: state === 'clear' ? names[0] : '',
    said: running
      ? []
      : state === 'clear'
        ? [
            `${names[0]} is better: 95 % [76–99] against 83 % [63–92] for ${names[1]} on 100 rows (p = 0.003)`,
            `${names[1]} is worse for some: language = en: 91 % (60 rows), zh: 58 % (40 rows), more than chance (p = 0.01)`,
          ]
        : [
            'no labels: this is how far the models agree, which is not how good they are; label the rows where they differ',
          ],
    error: '',
  };
}

function inWords(value: number, low: number, high: number): { figure: string; span: string } {
  const [figure, from, to] = [value, low, high].map((x) => String(Math.round(100 * x)));
  return { figure: `${figure} %`, span: `${figure} % [${from}–${to}]` };
}

export function relabelled(trial: TrialShown, row: number, label: string): TrialShown {
  const disagreements = trial.disagreements.map((d) => (d.row === row ? { ...d, label } : d));
  const said = disagreements.filter((d) => d.label);
  const models = trial.models
    .map((m) => {
      const right = said.filter((d) => d.given.some(([id, l]) => id === m.model_id && l === d.label)).length;
      const value = said.length ? right / said.length : 0;
      const half = 0.9 / Math.sqrt(said.length + 1);
      const [low, high] = [Math.max(0, value - half), Math.min(1, value + half)];
      return { ...m, value, low, high, ...inWords(value, low, high) };
    })
    .sort((a, b) => b.value - a.value);
  return { ...trial, disagreements, models, measure: 'accuracy' };
}
