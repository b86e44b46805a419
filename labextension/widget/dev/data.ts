/** Models, tasks and memory as they might be. Always the same. */

import type { MemoryShown, ModelDetails, ModelShown, TaskShown } from '../types';

const GI = 2 ** 30;

function task(name: string, modality: string, gives: string, help: string, has_model = true): TaskShown {
  return { name, modality, gives, help, has_model };
}

export const TASKS: TaskShown[] = [
  task('text-classification', 'text', 'labels', "label each text with the model's own labels, such as its sentiment"),
  task('zero-shot-classification', 'text', 'labels', 'sort each text into labels that the request names'),
  task('sentence-similarity', 'text', 'number', 'how close each text is in meaning to a sentence, -1…1'),
  task('feature-extraction', 'text', 'embedding', 'an embedding of each text'),
  task('summarization', 'text', 'text', 'a short text or title for each text'),
  task('text-generation', 'text', 'text', 'write new text after an instruction'),
  task('text-to-speech', 'text', 'audio', 'read each text aloud'),
  task('automatic-speech-recognition', 'audio', 'text', 'what is said in each recording'),
  task('image-classification', 'image', 'labels', 'what each picture shows'),
  task('filter', 'table', 'table', 'keep the rows for which `where` holds', false),
];

const OWNERS = [
  'cardiffnlp',
  'distilbert',
  'nlptown',
  'ProsusAI',
  'lxyuan',
  'siebert',
  'tabularisai',
  'IDEA-CCNL',
  'j-hartmann',
  'finiteautomata',
];
const STEMS = [
  'roberta-base-sentiment',
  'distilbert-sst2',
  'xlm-roberta-sentiment',
  'finbert',
  'bert-multilingual-stars',
  'deberta-v3-emotion',
  'minilm-reviews',
  'modernbert-toxicity',
];
const LICENSES: [string, ModelShown['license_class']][] = [
  ['apache-2.0', 'permissive'],
  ['mit', 'permissive'],
  ['cc-by-4.0', 'permissive'],
  ['gpl-3.0', 'copyleft'],
  ['cc-by-nc-4.0', 'non-commercial'],
  ['bigscience-openrail-m', 'restricted'],
  ['', 'unknown'],
];
const LANGUAGES = [['en'], ['en', 'de', 'fr', 'es', 'it', 'nl'], ['zh'], ['de'], [], ['es', 'en'], ['ja']];

/** Numbers in 0…1 that look random and are always the same. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

export function manyModels(count: number): ModelShown[] {
  const roll = dice(7);
  const one = <T>(of: readonly T[]): T => of[Math.floor(roll() * of.length)];
  const models = Array.from({ length: count }, (_, at): ModelShown => {
    const parameters = Math.round(10 ** (7 + roll() * 2.4));
    const [license, license_class] = one(LICENSES);
    const here = at < 5;
    const needs = parameters * 5;
    const free = 12 * GI;
    const owner = here ? 'starter' : one(OWNERS);
    const quality = Math.max(0.2, 0.95 - (at / count) * 0.7);
    const rejected =
      at > count * 0.9
        ? one([
            'license cc-by-nc-4.0 is not permissive',
            'needs 14.2 GiB, 12.0 GiB is free',
            'names no language, zh is wanted',
          ])
        : '';
    return {
      model_id: `${owner}/${one(STEMS)}-${at}`,
      owner,
      task: 'text-classification',
      license,
      license_class,
      languages: one(LANGUAGES),
      parameters,
      weight_bytes: parameters * 4,
      fetch_bytes: here ? 0 : at % 19 === 0 ? null : parameters * 4,
      here,
      downloads: Math.round(10 ** (roll() * 7)),
      likes: Math.round(10 ** (roll() * 3)),
      score: rejected ? null : Number((quality * 0.7 + roll() * 0.2).toFixed(3)),
      quality,
      speed: roll(),
      basis: one(['accuracy 0.91 on its card', 'rank by downloads', 'agrees with most in a trial of yours']),
      rejected,
      fit: needs < 0.7 * free ? 'green' : needs < free ? 'amber' : 'red',
      needs_bytes: needs,
      free_bytes: free,
      labels: at % 3 ? ['NEGATIVE', 'POSITIVE'] : [],
      warnings: at % 11 === 3 ? ['gated: its owner lets in who asks'] : at % 17 === 5 ? ['its labels are unnamed'] : [],
      ratings: at === 0 ? [3, 1] : [0, 0],
    };
  });
  return models.sort((a, b) => (b.score ?? -1) - (a.score ?? -1));
}

export function detailsOf(model: ModelShown): ModelDetails {
  return {
    model,
    revision: '714eb0fa89d2f80546fda750413ed43d93601a13',
    architectures: ['RobertaForSequenceClassification'],
    labels: ['negative', 'neutral', 'positive'],
    max_tokens: 512,
    dtype: 'float32',
    metrics: { 'accuracy on tweet_eval': 0.9134, 'f1 (macro)': 0.8971 },
    evaluations: [
      { metric: 'accuracy', value: 0.9134, dataset: 'tweet_eval', source: 'model card', verified: false },
      { metric: 'f1', value: 71.2, dataset: 'amazon_reviews', source: 'leaderboard', verified: true },
    ],
    base_models: ['FacebookAI/roberta-base'],
    security: 'safe',
    verified: true,
    limits:
      'Trained on English posts of 2018 to 2021. It does not see sarcasm, and long reviews are cut after 512 tokens.',
    tags: [
      'transformers',
      'safetensors',
      'roberta',
      'text-classification',
      'en',
      'dataset:tweet_eval',
      'arxiv:2010.12421',
      'endpoints_compatible',
    ],
    card: [
      ['datasets', 'tweet_eval'],
      ['pipeline_tag', 'text-classification'],
      ['base_model', 'FacebookAI/roberta-base'],
      ['widget', 'text: Covid cases are increasing fast!'],
    ],
    fetched: model.here ? '2026-11-02' : '',
    address: `https://huggingface.co/${model.model_id}`,
  };
}

export function memoryNow(): MemoryShown {
  const now = Date.now() / 1000;
  return {
    devices: [
      { name: 'cpu', detail: 'Intel Xeon, 8 cores', total_bytes: 31.2 * GI, free_bytes: 12.4 * GI },
      { name: 'cuda:0', detail: 'NVIDIA L4', total_bytes: 22.5 * GI, free_bytes: 19.1 * GI },
    ],
    loaded: [
      {
        model_id: 'cardiffnlp/twitter-roberta-base-sentiment-latest',
        device: 'cuda:0',
        dtype: 'bfloat16',
        bytes: 0.27e9,
        used: now - 190,
      },
      { model_id: 'starter/all-minilm-l6-v2', device: 'cpu', dtype: 'float32', bytes: 91e6, used: now - 12 },
    ],
    on_disk: [
      {
        model_id: 'cardiffnlp/twitter-roberta-base-sentiment-latest',
        revision: '714eb0fa89d2f80546fda750413ed43d93601a13',
        task: 'text-classification',
        bytes: 501e6,
        fetched: '2026-11-02',
        can_delete: true,
      },
      {
        model_id: 'starter/all-minilm-l6-v2',
        revision: '36193e1436193e1436193e1436193e1436193e14',
        task: 'feature-extraction',
        bytes: 91e6,
        fetched: '2026-10-12',
        can_delete: true,
      },
      {
        model_id: 'models/house-style-classifier',
        revision: '36193e1436193e1436193e1436193e1436193e15',
        task: 'text-classification',
        bytes: 1.34e9,
        fetched: '',
        can_delete: false,
      },
    ],
  };
}
