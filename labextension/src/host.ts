/** The widget's host: it takes the events that the widget sends into the page, wherever it is drawn. */
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { insertText } from './insert';

type Detail = { text?: string } | null;
type Deed = (panel: NotebookPanel, detail: Detail) => void;

const DEEDS: Record<string, Deed> = {
  'hfmagic:insert': (panel, detail) => insertText(panel, detail?.text ?? ''),
  'hfmagic:interrupt': (panel) => void panel.sessionContext.session?.kernel?.interrupt(),
};

/** An event that nobody takes (no notebook is open) is left to the widget: it copies to the clipboard. */
export function hostWidgets(tracker: INotebookTracker): void {
  for (const [name, deed] of Object.entries(DEEDS)) {
    document.addEventListener(name, (event) => {
      const panel = around(tracker, event.target) ?? tracker.currentWidget;
      if (panel) {
        event.preventDefault();
        deed(panel, (event as CustomEvent<Detail>).detail);
      }
    });
  }
}

/** The notebook that the widget is drawn in. */
function around(tracker: INotebookTracker, target: EventTarget | null): NotebookPanel | undefined {
  return tracker.find((panel) => target instanceof Node && panel.node.contains(target));
}
