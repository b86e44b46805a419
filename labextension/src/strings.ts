/** Every word of the shell, in the language of JupyterLab, or else of the browser. */
import type { ITranslator } from '@jupyterlab/translation';

const english = {
  caption: 'hfmagic: models and the plan',
  noNotebook: 'Open a notebook.',
  noKernel: 'No kernel.',
  foreign: 'hfmagic works with a Python kernel; this notebook has another.',
  absent: 'hfmagic is not loaded in this kernel. Run',
  loadButton: 'Insert this cell',
  waiting: 'Waiting for the kernel …',
  noSubshell:
    'This kernel answers only between cells. With ipykernel 7 or newer the panel also works while a cell runs.',
  insertCell: 'hfmagic: Insert a %%hf Cell',
  showPicker: 'hfmagic: Show the Model Picker',
  planGone: 'The kernel no longer knows this plan; run its cell again.',
};

export type Strings = typeof english;

const chinese: Strings = {
  caption: 'hfmagic：模型与计划',
  noNotebook: '请打开一个笔记本。',
  noKernel: '没有内核。',
  foreign: 'hfmagic 需要 Python 内核，此笔记本使用的是其他内核。',
  absent: '此内核尚未加载 hfmagic。请运行',
  loadButton: '插入此单元格',
  waiting: '正在等待内核 …',
  noSubshell: '此内核只在单元格之间应答。使用 ipykernel 7 或更新版本时，单元格运行期间面板也可用。',
  insertCell: 'hfmagic：插入 %%hf 单元格',
  showPicker: 'hfmagic：显示模型选择器',
  planGone: '内核已不再有此计划，请重新运行该单元格。',
};

export function stringsFor(translator: ITranslator): Strings {
  const language = translator.languageCode === 'en' ? navigator.language : translator.languageCode;
  return language.toLowerCase().startsWith('zh') ? chinese : english;
}
