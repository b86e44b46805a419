/** What the kernel says, and that it is busy. */

import { useEffect } from 'preact/hooks';
import { useApp, useShown, useWords } from './app';
import { Cross } from './icons';
import { plain } from './plain';

const SHOWN_MS = 6000;

export function Status() {
  const app = useApp();
  const [words] = useWords();
  const said = useShown((s) => s.said);
  const late = useShown((s) => s.late);
  useEffect(() => {
    if (!said || said.refused) return;
    const timer = setTimeout(() => app.store.set({ said: null }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [app, said]);
  return (
    <div class="hfp-status" role="status" aria-live="polite">
      {late && <p class="hfp-busy">{words.busy}</p>}
      {said && (
        <p class={said.refused ? 'hfp-said hfp-refused' : 'hfp-said'}>
          <span>{plain(said.text, 400)}</span>
          <button type="button" aria-label={words.dismissLine} onClick={() => app.store.set({ said: null })}>
            <Cross />
          </button>
        </p>
      )}
    </div>
  );
}
