/** What the plan came to: the answer, where it is stored, its notes, and the plan to take away. */

import { useApp, useWords } from '../app';
import { plain } from '../plain';
import type { PlanShown } from '../types';

export function Outcome({ shown }: { shown: PlanShown }) {
  const [words] = useWords();
  const notes = shown.plan.notes ?? [];
  return (
    <>
      {(shown.answer || shown.stored) && (
        <section class="hfp-part">
          <h4>{words.answer}</h4>
          {shown.answer && (
            <p class="hfp-prose" dir="auto">
              {plain(shown.answer, 3000)}
            </p>
          )}
          {shown.stored && (
            <p class="hfp-muted hfp-break">
              {words.stored} <code>{plain(shown.stored, 128)}</code>
            </p>
          )}
        </section>
      )}
      {notes.length > 0 && (
        <details>
          <summary>{words.planNotes(String(notes.length))}</summary>
          <ul>
            {notes.slice(0, 40).map((note) => (
              <li key={note}>{plain(note)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

export function TakeAway() {
  const app = useApp();
  const [words] = useWords();
  const fetch = async (form: 'json' | 'cell' | 'python'): Promise<string> => {
    const { text } = app.told(await app.line.ask({ ask: 'export', form }));
    return text?.text ?? '';
  };
  const insert = async (event: Event, form: 'cell' | 'python'): Promise<void> => {
    const text = await fetch(form);
    if (text) await app.insert(event, text);
  };
  const copy = async (): Promise<void> => {
    const text = await fetch('json');
    if (text) await app.copy(text);
  };
  return (
    <section class="hfp-part">
      <h4>{words.takeAway}</h4>
      <div class="hfp-buttons">
        <button type="button" class="hfp-button" onClick={(e) => void insert(e, 'python')}>
          {words.exportPython}
        </button>
        <button type="button" class="hfp-button" onClick={(e) => void insert(e, 'cell')}>
          {words.exportCell}
        </button>
        <button type="button" class="hfp-button" onClick={() => void copy()}>
          {words.exportJson}
        </button>
      </div>
    </section>
  );
}
