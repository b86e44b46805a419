/** The tabs and the panel of the one that is open. Arrow keys move among them. */

import type { ComponentChildren } from 'preact';
import { useApp, useShown, useWords } from './app';
import { useId } from './ids';
import type { Tab } from './state';
import { keepLanguage } from './strings';

export function Tabs({ tabs, children }: { tabs: Tab[]; children: (tab: Tab) => ComponentChildren }) {
  const app = useApp();
  const [words, language] = useWords();
  const tab = useShown((s) => (tabs.includes(s.tab) ? s.tab : tabs[0]));
  const marks = useShown((s) => (s.plan?.running ? 'plan' : s.trial?.running ? 'trial' : s.plan?.waits ? 'plan' : ''));
  const id = useId();
  const other = language === 'en' ? 'zh' : 'en';
  const keyed = (event: KeyboardEvent): void => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
    const ends: Record<string, Tab | undefined> = { Home: tabs[0], End: tabs[tabs.length - 1] };
    const to = move ? tabs[(tabs.indexOf(tab) + move + tabs.length) % tabs.length] : ends[event.key];
    if (!to) return;
    event.preventDefault();
    app.show(to);
    app.root.querySelector<HTMLElement>(`[data-hfp-tab="${to}"]`)?.focus();
  };
  return (
    <>
      <div class="hfp-head">
        <div class="hfp-tabs" role="tablist" aria-label={words.name} onKeyDown={keyed}>
          {tabs.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              data-hfp-tab={name}
              class="hfp-tab"
              aria-selected={name === tab}
              aria-controls={name === tab ? `${id}-panel` : undefined}
              tabIndex={name === tab ? 0 : -1}
              onClick={() => app.show(name)}
            >
              {words.tabs[name]}
              {marks === name && <i class="hfp-mark" aria-hidden="true" />}
            </button>
          ))}
        </div>
        <button
          type="button"
          class="hfp-language"
          lang={other}
          aria-label={words.toggleLabel}
          onClick={() => {
            keepLanguage(other);
            app.store.set({ language: other });
          }}
        >
          {words.toggle}
        </button>
      </div>
      <div class="hfp-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        {children(tab)}
      </div>
    </>
  );
}
