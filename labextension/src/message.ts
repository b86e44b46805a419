/** Lines of text in place of the panel. */
import { Widget } from '@lumino/widgets';
import type { Strings } from './strings';

export const LOAD = '%load_ext hfmagic';

export function message(text: string): Widget {
  const widget = new Widget();
  widget.addClass('hfm-lab-message');
  widget.node.append(element('p', text));
  return widget;
}

/** How to load hfmagic, with a button that writes the cell. */
export function teaching(strings: Strings, load: () => void): Widget {
  const widget = message(strings.absent);
  const button = element('button', strings.loadButton);
  button.className = 'jp-mod-styled jp-mod-accept';
  button.addEventListener('click', load);
  widget.node.append(element('pre', LOAD), button);
  return widget;
}

function element(name: string, text: string): HTMLElement {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}
