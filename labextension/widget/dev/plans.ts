/** Plans in all their states. */

import type { Change, ParameterShown, PlanShown, Step, StepShown } from '../types';

const COLUMNS = ['product', 'review', 'stars', 'language'];

const REVISION = '714eb0fa89d2f80546fda750413ed43d93601a13';

const SETTINGS: Record<string, ParameterShown[]> = {
  sentiment: [setting('about', 'str', 'sentiment', 'what the labels are about; guides the choice of a model')],
  topics: [
    {
      ...setting('candidate_labels', 'list', ['delivery', 'quality', 'price', 'support'], 'the labels to choose from'),
      required: true,
    },
  ],
  themes: [{ ...setting('groups', 'int', 0, 'how many groups; 0: found by silhouette'), low: 0, high: 50 }],
  titles: [
    { ...setting('max_new_tokens', 'int', 64, 'longest answer'), unit: 'tokens', low: 1, high: 2048 },
    { ...setting('style', 'str', 'title', 'what is wanted'), default: 'summary', choices: ['summary', 'title'] },
  ],
  chart: [
    {
      ...setting('mark', 'str', 'bar', 'how it is drawn'),
      choices: ['bar', 'line', 'scatter', 'histogram', 'heatmap'],
    },
    { ...setting('x', 'str', 'product', 'column along the x axis'), required: true },
    setting('y', 'str', '', 'column of the values; empty: count rows'),
  ],
};

function setting(
  name: string,
  type: ParameterShown['type'],
  value: ParameterShown['value'],
  help: string,
): ParameterShown {
  return { name, type, value, default: value, help, unit: '', low: null, high: null, choices: [], required: false };
}

function step(id: string, task: string, does: string, output: string, parents: string[], model = ''): StepShown {
  return {
    id,
    task,
    does,
    reads: parents.length ? parents : ['review in reviews'],
    where: '',
    output,
    parents,
    parameters: SETTINGS[id] ?? [],
    model_id: model,
    revision: model && REVISION,
    reason: model && 'best score of 24 that fit: 0.91 accuracy on its card, 1.2M downloads; on this machine',
    needs_model: !!model,
    phase: 'pending',
    done: 0,
    total: 2314,
    line: '',
    seconds: null,
    seconds_left: null,
    rows_per_second: null,
    rows: 0,
    unique: 0,
    rejected: 0,
    rejected_reasons: [],
    device: '',
    dtype: '',
    notes: [],
    rated: null,
    kept: false,
  };
}

function steps(): StepShown[] {
  return [
    step(
      'sentiment',
      'text-classification',
      'labels each review',
      'review_sentiment',
      ['reviews'],
      'cardiffnlp/twitter-roberta-base-sentiment-latest',
    ),
    {
      ...step(
        'embedding',
        'feature-extraction',
        'embeds each complaint',
        'review_embedding',
        ['sentiment'],
        'starter/all-minilm-l6-v2',
      ),
      where: 'review_sentiment is negative',
    },
    step('themes', 'cluster', 'groups the complaints', 'review_theme', ['embedding']),
    step('titles', 'summarization', 'writes a title for each theme', 'theme_title', ['themes'], 'google-t5/t5-small'),
    step('chart', 'chart', 'draws themes per product', 'chart', ['themes', 'sentiment']),
  ];
}

function finished(s: StepShown, at: number): StepShown {
  return {
    ...s,
    phase: 'done',
    done: 2314,
    rows: 2314,
    unique: 2190,
    seconds: 3.4 + at * 2,
    rows_per_second: 640,
    device: s.needs_model ? 'cpu' : '',
    dtype: s.needs_model ? 'float32' : '',
    rejected: at === 1 ? 3 : 0,
    rejected_reasons:
      at === 1 ? ['row 17: empty text', 'row 802: longer than 100,000 characters', 'row 1,440: no text'] : [],
  };
}

const CHANGES: Change[] = [
  {
    step: 'sentiment',
    output: 'review_sentiment',
    changed: 312,
    total: 2314,
    examples: Array.from({ length: 10 }, (_, n) => ({
      row: n * 37 + 4,
      subject: [
        'The battery lasts two days but the screen scratches if you look at it.',
        'ok',
        '屏幕很好，但是电池不耐用，客服也不回复。',
      ][n % 3],
      before: ['negative', 'neutral', 'positive'][n % 3],
      after: ['neutral', 'positive', 'negative'][n % 3],
    })),
  },
];

export function planIn(state: string): PlanShown | null {
  if (state === 'empty') return null;
  const made = steps();
  const shown: PlanShown = {
    plan: {
      request: 'Label the sentiment of each review, group the complaints into themes, and chart them per product.',
      language: 'en',
      planner: 'rules',
      inputs: [{ name: 'reviews', kind: 'table', rows: 2314, columns: COLUMNS.map((name) => ({ name })) }],
      steps: made.map((s): Step => ({
        id: s.id,
        task: s.task,
        inputs: { text: s.id === 'sentiment' ? { column: 'review', of: 'reviews' } : { step: s.parents[0] ?? '' } },
        output: s.output,
      })),
      notes: ['the column review is taken: the only one that fits'],
    },
    hash: 'f7957538cab90d2d',
    steps: made,
    running: false,
    waits: null,
    stored: '',
    answer: '',
    error: '',
    queued: '',
    changes: [],
  };
  switch (state) {
    case 'running':
      return {
        ...shown,
        running: true,
        queued: 'the swap of titles runs when the cell has ended',
        steps: made.map((s, at) =>
          at === 0
            ? finished(s, 0)
            : at === 1
              ? { ...s, phase: 'running', done: 1012, seconds: 1.6, seconds_left: 2.1, rows_per_second: 640 }
              : at === 3
                ? { ...s, phase: 'downloading', done: 121e6, total: 242e6, line: 'model.safetensors' }
                : s,
        ),
      };
    case 'waiting':
      return { ...shown, waits: { why: 'download', fetch_bytes: 438e6, largest: 'google-t5/t5-small' } };
    case 'shown':
      return { ...shown, waits: { why: 'shown', fetch_bytes: 0, largest: '' } };
    case 'failed':
      return {
        ...shown,
        error: 'titles: the model ran out of memory; %hf use titles MODEL takes a smaller one.',
        steps: made.map((s, at) =>
          at < 3
            ? finished(s, at)
            : at === 3
              ? { ...s, phase: 'failed', done: 120, line: 'out of memory on cuda:0: 0.4 GiB wanted, 0.1 GiB free' }
              : { ...s, phase: 'skipped', line: 'titles failed' },
        ),
      };
    default:
      return {
        ...shown,
        steps: made.map((s, at) => ({
          ...finished(s, at),
          kept: state === 'changed' && at > 0,
          rated: at === 0 ? true : null,
          notes: at === 0 ? ['reads the first 512 tokens of each text'] : [],
        })),
        stored: 'scored',
        answer:
          '1,204 of 2,314 reviews are POSITIVE, 1,110 NEGATIVE. The 1,110 selected reviews fall into 6 themes; the largest are “features · player” (23), “calling · service” (21) and “mode · songs” (20).',
        changes: state === 'changed' ? CHANGES : [],
      };
  }
}
