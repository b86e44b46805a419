/** The settings of tasks in Chinese; the kernel has the English. */

import type { Language } from '../strings';
import type { ParameterShown } from '../types';

const HELP: Record<string, string> = {
  about: '标签说的是什么；用于挑选模型',
  candidate_labels: '可选的标签',
  sentence: '要比较的句子',
  max_new_tokens: '回答的最大长度',
  style: '想要哪一种',
  instruction: '对文本做什么',
  query: '一条 SELECT；表以其名称引用',
  columns: '结果各列的名称',
  mark: '画成什么图',
  x: '横轴的列',
  y: '数值的列；留空则计行数',
  color: '用颜色区分的列',
  aggregate: '多行如何合成一个图元',
  groups: '分几组；0 为自动决定',
  template: '文本，{value} 处放入值',
};

const UNITS: Record<string, string> = { tokens: '个词元' };

export function settingHelp(parameter: ParameterShown, language: Language): string {
  return language === 'zh' ? (HELP[parameter.name] ?? parameter.help) : parameter.help;
}

export function settingUnit(parameter: ParameterShown, language: Language): string {
  return language === 'zh' ? (UNITS[parameter.unit] ?? parameter.unit) : parameter.unit;
}
