/** What the command palette, the Edit menu and the menu of a cell offer. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { IMainMenu } from '@jupyterlab/mainmenu';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { icon } from './icon';
import { insertCell } from './insert';
import type { Strings } from './strings';

const INSERT = 'hfmagic:insert-cell';
const SHOW = 'hfmagic:show-picker';
const MAGIC = '%%hf \n';

export function addCommands(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  sidebarId: string,
  strings: Strings,
  palette: ICommandPalette | null,
  menu: IMainMenu | null,
): void {
  app.commands.addCommand(INSERT, {
    label: strings.insertCell,
    icon,
    isEnabled: () => tracker.currentWidget !== null,
    execute: () => tracker.currentWidget && insertCell(tracker.currentWidget, MAGIC),
  });
  app.commands.addCommand(SHOW, { label: strings.showPicker, icon, execute: () => app.shell.activateById(sidebarId) });
  tracker.currentChanged.connect(() => app.commands.notifyCommandChanged(INSERT));
  for (const command of [INSERT, SHOW]) {
    palette?.addItem({ command, category: 'hfmagic' });
  }
  menu?.editMenu.addGroup([{ command: INSERT }, { command: SHOW }], 100);
  app.contextMenu.addItem({ command: INSERT, selector: '.jp-Notebook .jp-CodeCell', rank: 100 });
}
