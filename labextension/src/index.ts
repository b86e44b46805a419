/** hfmagic in JupyterLab and Notebook 7. The kernel does the work; this shows its panel and passes words on. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommands } from './commands';
import { addHighlighting } from './highlight';
import { hostWidgets } from './host';
import { Links } from './links';
import { watchOutputs } from './outputs';
import { Sidebar } from './sidebar';
import { stringsFor } from './strings';

const sidebar: JupyterFrontEndPlugin<void> = {
  id: 'hfmagic-labextension:sidebar',
  description: 'The panel of hfmagic, its commands, and the buttons of its plans.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ITranslator, ICommandPalette, IMainMenu],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    menu: IMainMenu | null,
  ) => {
    const strings = stringsFor(translator ?? nullTranslator);
    const links = new Links();
    const watch = (panel: NotebookPanel) => watchOutputs(panel, links.of(panel), strings);
    tracker.forEach(watch);
    tracker.widgetAdded.connect((_, panel) => watch(panel));
    const side = new Sidebar(tracker, links, strings);
    app.shell.add(side, 'right', { rank: 900, type: 'hfmagic' });
    addCommands(app, tracker, side.id, strings, palette, menu);
    hostWidgets(tracker);
  },
};

const highlight: JupyterFrontEndPlugin<void> = {
  id: 'hfmagic-labextension:highlight',
  description: 'Colours of %%hf cells and %hf lines.',
  autoStart: true,
  requires: [IEditorExtensionRegistry],
  activate: (_: JupyterFrontEnd, registry: IEditorExtensionRegistry) => addHighlighting(registry),
};

export default [sidebar, highlight];
