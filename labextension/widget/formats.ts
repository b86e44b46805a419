/** Numbers, sizes and times as a person reads them. A number and its unit stay on one line. */

import type { Language } from './strings';

const LOCALES: Record<Language, string> = { en: 'en-US', zh: 'zh-CN' };
const DECIMAL: [string, number][] = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
];
const kept = new Map<string, Intl.NumberFormat>();

function number(language: Language, name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language} ${name}`;
  let format = kept.get(key);
  if (!format) kept.set(key, (format = new Intl.NumberFormat(LOCALES[language], options)));
  return format;
}

/** `2,314`. */
export function count(value: number, language: Language): string {
  return number(language, 'count', { maximumFractionDigits: 0 }).format(value);
}

/** `1.2M`, `123万`. */
export function compact(value: number, language: Language): string {
  return number(language, 'compact', { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** A count of parameters, `66M`, in either language: that is how models are called. */
export function parameters(value: number): string {
  return number('en', 'parameters', { notation: 'compact' }).format(value);
}

/** Bytes on disk: `36 kB`, `338 MB`, `4.1 GB`, as the kernel writes them. */
export function size(bytes: number, language: Language): string {
  for (const [unit, factor] of DECIMAL) {
    if (bytes >= factor) {
      const digits = bytes < 10 * factor ? 1 : 0;
      const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      return `${number(language, `size${digits}`, options).format(bytes / factor)}\u00a0${unit}`;
    }
  }
  return language === 'zh' ? `${count(bytes, language)}\u00a0字节` : `${count(bytes, language)}\u00a0bytes`;
}

/** Memory: `0.3` of GiB, without the unit. */
export function gibi(bytes: number): string {
  const value = bytes / 2 ** 30;
  if (value > 0 && value < 0.05) return '< 0.1';
  return value < 99.5 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0);
}

/** A share of one: `94 %`. */
export function percent(value: number): string {
  return `${Math.round(value * 100)}\u00a0%`;
}

/** A score or metric: `0.81`. */
export function score(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

/** A duration: `0.04 s`, `1.2 s`, `48 s`, `3 min 20 s`, as the kernel writes them. */
export function seconds(value: number, language: Language): string {
  const [s, min, h] = language === 'zh' ? ['秒', '分', '小时'] : ['s', 'min', 'h'];
  if (value < 0.995) return value >= 0.01 ? `${value.toFixed(2)}\u00a0${s}` : `< 0.01\u00a0${s}`;
  if (value < 9.95) return `${value.toFixed(1)}\u00a0${s}`;
  if (value < 119.5) return `${value.toFixed(0)}\u00a0${s}`;
  const whole = Math.round(value);
  const minutes = Math.floor(whole / 60);
  return minutes >= 60
    ? `${Math.floor(minutes / 60)}\u00a0${h} ${minutes % 60}\u00a0${min}`
    : `${minutes}\u00a0${min} ${whole % 60}\u00a0${s}`;
}

/** How long ago, from seconds since 1970: `3 min ago`. */
export function ago(then: number, language: Language, now = Date.now() / 1000): string {
  const past = Math.max(0, now - then);
  const [unit, length]: [Intl.RelativeTimeFormatUnit, number] =
    past < 60 ? ['second', 1] : past < 3600 ? ['minute', 60] : past < 86400 ? ['hour', 3600] : ['day', 86400];
  const format = new Intl.RelativeTimeFormat(LOCALES[language], { numeric: 'auto', style: 'short' });
  return format.format(-Math.floor(past / length), unit);
}

/** A day, `2026-11-02`, as people of that language write it; anything else as it is. */
export function day(iso: string, language: Language): string {
  const date = new Date(iso);
  if (!/^\d{4}-\d\d-\d\d/.test(iso) || Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium' }).format(date);
}

/** The name of a language from its code: `German`; the code where nobody knows it. */
export function languageName(code: string, language: Language): string {
  try {
    return new Intl.DisplayNames(LOCALES[language], { type: 'language', fallback: 'none' }).of(code) ?? code;
  } catch {
    return code;
  }
}
