/** The tasks in Chinese, and a request for each in both languages, to start a cell with. */

import type { Language } from '../strings';
import type { TaskShown } from '../types';

interface TaskWords {
  name: string;
  help: string;
  request: Record<Language, (model: string) => string>;
}

const TASKS: Record<string, TaskWords> = {
  'text-classification': {
    name: '文本分类',
    help: '用模型自带的标签标注每条文本，例如情感',
    request: { en: (m) => `Label the sentiment of each text with ${m}.`, zh: (m) => `用 ${m} 标注每条文本的情感。` },
  },
  'zero-shot-classification': {
    name: '零样本分类',
    help: '把每条文本归入你给出的标签',
    request: { en: (m) => `Sort each text into A, B or C with ${m}.`, zh: (m) => `用 ${m} 把每条文本分为 A、B 或 C。` },
  },
  'sentence-similarity': {
    name: '句子相似度',
    help: '每条文本与一句话的意思有多接近，-1…1',
    request: {
      en: (m) => `How close is each text to “…”, with ${m}?`,
      zh: (m) => `用 ${m} 计算每条文本与“…”的相似度。`,
    },
  },
  'feature-extraction': {
    name: '文本向量',
    help: '每条文本的向量',
    request: { en: (m) => `Group the texts into themes with ${m}.`, zh: (m) => `用 ${m} 把文本归成主题。` },
  },
  summarization: {
    name: '摘要',
    help: '为每条文本写一段短文或标题',
    request: { en: (m) => `Summarize each text with ${m}.`, zh: (m) => `用 ${m} 概括每条文本。` },
  },
  'text-generation': {
    name: '文本生成',
    help: '按指令写出新的文本',
    request: { en: (m) => `Write a reply to each text with ${m}.`, zh: (m) => `用 ${m} 为每条文本写回复。` },
  },
  'automatic-speech-recognition': {
    name: '语音识别',
    help: '每段录音里说了什么',
    request: { en: (m) => `Transcribe each recording with ${m}.`, zh: (m) => `用 ${m} 转写每段录音。` },
  },
  'image-classification': {
    name: '图像分类',
    help: '每张图片上是什么',
    request: { en: (m) => `Say what each picture shows with ${m}.`, zh: (m) => `用 ${m} 说明每张图片上是什么。` },
  },
  'text-to-speech': {
    name: '语音合成',
    help: '朗读每条文本',
    request: { en: (m) => `Read each text aloud with ${m}.`, zh: (m) => `用 ${m} 朗读每条文本。` },
  },
};

const OPERATIONS: Record<string, string> = {
  filter: '筛选行',
  sql: '查询',
  chart: '画图',
  cluster: '聚类',
  'detect-language': '识别语言',
  template: '套用模板',
};

const MODALITIES: Record<string, Record<Language, string>> = {
  text: { en: 'Text', zh: '文本' },
  image: { en: 'Pictures', zh: '图片' },
  audio: { en: 'Sound', zh: '声音' },
  video: { en: 'Video', zh: '视频' },
  table: { en: 'Tables', zh: '表格' },
};

/** The name of a task to read; the Hub's own in English. */
export function taskName(task: string, language: Language): string {
  return language === 'zh' ? (TASKS[task]?.name ?? OPERATIONS[task] ?? task) : task;
}

export function taskHelp(task: TaskShown, language: Language): string {
  return language === 'zh' ? (TASKS[task.name]?.help ?? task.help) : task.help;
}

export function modalityName(modality: string, language: Language): string {
  return MODALITIES[modality]?.[language] ?? modality;
}

/** A request that names the model, for a new cell. */
export function taskRequest(task: string, model: string, language: Language): string {
  const said = TASKS[task]?.request[language];
  return said ? said(model) : language === 'zh' ? `用 ${model} …` : `… with ${model}.`;
}
