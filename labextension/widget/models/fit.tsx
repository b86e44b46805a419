/** Whether a model fits into the memory of the device: a light, the word for it, and the numbers. */

import { useWords } from '../app';
import { gibi } from '../formats';
import type { ModelShown } from '../types';

export function FitLight({ model }: { model: ModelShown }) {
  const [words] = useWords();
  return (
    <span class={`hfp-fit hfp-fit-${model.fit}`}>
      <i aria-hidden="true" />
      {words.fit[model.fit]}
      {model.needs_bytes > 0 && (
        <span class="hfp-muted">
          {' · '}
          <span class="hfp-if-wide">{words.needs}</span>
          {words.needsOf(gibi(model.needs_bytes), gibi(model.free_bytes))}
        </span>
      )}
    </span>
  );
}
