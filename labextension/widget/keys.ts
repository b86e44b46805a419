/**
 * Plain keys in a cell's output are ours, not the notebook's: in its command mode `d d` would delete the cell. JupyterLab
 * passes over an element that says so; it is told before JupyterLab listens. Ctrl, Alt and Cmd stay with JupyterLab.
 */

const SAYS_SO = 'data-lm-suppress-shortcuts';

/** Returns how to end it. */
export function keepKeys(root: HTMLElement): () => void {
  const heard = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0];
    if (!(target instanceof Element) || !root.contains(target) || !root.closest('.jp-Notebook')) return;
    target.toggleAttribute(SAYS_SO, !(event.ctrlKey || event.altKey || event.metaKey));
  };
  window.addEventListener('keydown', heard, true);
  return () => window.removeEventListener('keydown', heard, true);
}
