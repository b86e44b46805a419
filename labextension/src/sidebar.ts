/** The panel at the side. It shows the view of the current notebook, whose kernel draws it. */
import { Panel, type Widget } from '@lumino/widgets';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { icon } from './icon';
import { insertCell } from './insert';
import type { Links } from './links';
import { LOAD, message } from './message';
import type { Strings } from './strings';
import { LinkView } from './view';

export class Sidebar extends Panel {
  constructor(
    private readonly tracker: INotebookTracker,
    private readonly links: Links,
    private readonly strings: Strings,
  ) {
    super();
    this.id = 'hfmagic-sidebar';
    this.addClass('hfm-lab-sidebar');
    this.title.icon = icon;
    this.title.caption = strings.caption;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'hfmagic');
    this.nothing = message(strings.noNotebook);
    this.addWidget(this.nothing);
    tracker.currentChanged.connect(this.follow, this);
    this.follow();
  }

  private follow(): void {
    const panel = this.tracker.currentWidget;
    const current = panel ? this.viewOf(panel) : this.nothing;
    for (const view of this.widgets) {
      view.setHidden(view !== current);
    }
  }

  private viewOf(panel: NotebookPanel): Widget {
    return this.views.get(panel) ?? this.makeView(panel);
  }

  private makeView(panel: NotebookPanel): Widget {
    const view = new LinkView(panel, this.links.of(panel), this.strings, () => insertCell(panel, LOAD));
    this.views.set(panel, view);
    this.addWidget(view);
    panel.disposed.connect(() => {
      this.views.delete(panel);
      view.dispose();
    });
    return view;
  }

  private readonly nothing: Widget;
  private readonly views = new Map<NotebookPanel, Widget>();
}
