/** A line or two that say something, calmly. */

import type { ComponentChildren } from 'preact';

export function Note({ kind, children }: { kind?: 'warn' | 'bad'; children: ComponentChildren }) {
  return <p class={`hfp-note ${kind ? `hfp-note-${kind}` : ''}`}>{children}</p>;
}
