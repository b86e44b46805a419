/** The widget: an anywidget front end, shown in a cell's output and in the sidebar alike. */

import { render } from 'preact';
import { App, AppProvider, useShown, useWords } from './app';
import { keepKeys } from './keys';
import type { Port } from './line';
import { MemoryPanel } from './memory/panel';
import { ModelsPanel } from './models/panel';
import { Note } from './note';
import { PlanPanel } from './plan/panel';
import type { Tab } from './state';
import { Status } from './status';
import { Tabs } from './tabs';
import { TrialPanel } from './trial/panel';

function Picker() {
  const [words, language] = useWords();
  const ready = useShown((s) => s.home !== null || (s.tab === 'plan' && s.plan !== null));
  const hasTrial = useShown((s) => s.trial !== null);
  const tabs: Tab[] = hasTrial ? ['models', 'plan', 'trial', 'memory'] : ['models', 'plan', 'memory'];
  return (
    <div class="hfp-body" lang={language}>
      <Tabs tabs={tabs}>{(tab) => (ready ? <Panel tab={tab} /> : <Note>{words.noKernel}</Note>)}</Tabs>
      <Status />
    </div>
  );
}

function Panel({ tab }: { tab: Tab }) {
  switch (tab) {
    case 'models':
      return <ModelsPanel />;
    case 'plan':
      return <PlanPanel />;
    case 'trial':
      return <TrialPanel />;
    case 'memory':
      return <MemoryPanel />;
  }
}

export default {
  render({ model, el }: { model: Port; el: HTMLElement }): () => void {
    const root = document.createElement('div');
    root.className = 'hfp';
    el.append(root);
    const leaveKeys = keepKeys(root);
    const app = new App(model, root);
    const tab = (): void => app.traits({ tab: model.get('tab') });
    const task = (): void => app.traits({ task: model.get('task') });
    model.on('change:tab', tab);
    model.on('change:task', task);
    render(
      <AppProvider value={app}>
        <Picker />
      </AppProvider>,
      root,
    );
    void app.start();
    return () => {
      model.off('change:tab', tab);
      model.off('change:task', task);
      leaveKeys();
      app.close();
      render(null, root);
      root.remove();
    };
  },
};
