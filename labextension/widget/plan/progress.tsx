/** How far a step is. */

import { useWords } from '../app';
import { count, percent, seconds, size } from '../formats';
import type { StepShown } from '../types';

export function ProgressBar({ step, label }: { step: StepShown; label: string }) {
  if (step.phase !== 'running' && step.phase !== 'downloading') return null;
  return <progress aria-label={label} value={Math.min(step.done, step.total)} max={Math.max(step.total, 1)} />;
}

/** The same in a word or two: `44 %`, `2,314 rows`. */
export function useBrief(step: StepShown): string {
  const [words, language] = useWords();
  if (step.phase === 'running' || step.phase === 'downloading') return percent(step.done / Math.max(step.total, 1));
  return step.phase === 'done' && step.rows > 0 ? words.rows(count(step.rows, language)) : '';
}

/** `1,012 of 2,314 rows · 640 rows/s · 2.1 s left`, in as many words as are known. */
export function useProgress(step: StepShown): string {
  const [words, language] = useWords();
  const n = (value: number): string => count(value, language);
  switch (step.phase) {
    case 'downloading':
      return words.of(size(step.done, language), size(step.total, language));
    case 'running':
      return [
        words.ofRows(n(step.done), n(step.total)),
        step.rows_per_second && words.perSecond(n(step.rows_per_second)),
        step.seconds_left !== null && words.left(seconds(step.seconds_left, language)),
      ]
        .filter(Boolean)
        .join(' · ');
    case 'done':
      return [
        step.rows > 0 && words.rows(n(step.rows)),
        step.kept ? words.kept : step.seconds !== null && seconds(step.seconds, language),
      ]
        .filter(Boolean)
        .join(' · ');
    case 'stopped':
      return step.done ? words.ofRows(n(step.done), n(step.total)) : '';
    default:
      return '';
  }
}
