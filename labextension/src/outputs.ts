/**
 * The buttons that a plan shows in a cell's output. Only their class and their value, a plan's hash, are read, and only
 * a click of the user's counts: an output cannot press its own buttons.
 */
import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Link } from './link';
import type { Strings } from './strings';

const ASKS: Record<string, string> = { 'hfm-approve': 'approve', 'hfm-dismiss': 'dismiss' };

export function watchOutputs(panel: NotebookPanel, link: Link, strings: Strings): void {
  panel.content.node.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>('.jp-OutputArea-output button');
    if (!button || !event.isTrusted) {
      return;
    }
    if (button.classList.contains('hfm-interrupt')) {
      void panel.sessionContext.session?.kernel?.interrupt();
    }
    const asked = [...button.classList].find((name) => name in ASKS);
    if (asked && !link.ask({ ask: ASKS[asked], plan: button.value })) {
      Notification.warning(strings.planGone, { autoClose: 5000 });
    }
  });
}
