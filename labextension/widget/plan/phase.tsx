/** The state of a step: a drawing, a word and a colour. */

import { useWords } from '../app';
import { Check, Circle, Cross, Dash, Down, Stopped, Turning } from '../icons';
import type { StepShown } from '../types';

export type Phase = StepShown['phase'];

const ICONS: Record<Phase, typeof Check> = {
  pending: Circle,
  downloading: Down,
  loading: Turning,
  running: Turning,
  done: Check,
  failed: Cross,
  stopped: Stopped,
  skipped: Dash,
};

export function PhaseWord({ phase }: { phase: Phase }) {
  const [words] = useWords();
  const Icon = ICONS[phase];
  return (
    <span class={`hfp-phase hfp-phase-${phase}`}>
      <Icon /> {words.phase[phase]}
    </span>
  );
}

export function isUnderWay(phase: Phase): boolean {
  return phase === 'downloading' || phase === 'loading' || phase === 'running';
}
