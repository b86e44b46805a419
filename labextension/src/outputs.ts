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
      stop(panel, link);
    }
    const asked = [...button.classList].find((name) => Object.hasOwn(ASKS, name));
    if (asked && !link.ask({ ask: ASKS[asked], plan: button.value })) {
      Notification.warning(strings.planGone, { autoClose: 5000 });
    }
  });
}

/** Asking stops what hfmagic runs, in a cell or for the page; an interrupt, any cell. A kernel that is deaf needs that. */
function stop(panel: NotebookPanel, link: Link): void {
  const { state } = link;
  const hears = state.name === 'open' && state.works === 'always';
  if (!hears || !link.ask({ ask: 'cancel' })) {
    void panel.sessionContext.session?.kernel?.interrupt();
  }
}
