/** What the sidebar shows of one notebook: hfmagic's panel, drawn from the kernel's widget model, or why it is not there. */
import { Panel, Widget } from '@lumino/widgets';
import { MimeModel, type IRenderMime } from '@jupyterlab/rendermime';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Link, LinkState } from './link';
import { message, teaching } from './message';
import type { Strings } from './strings';

const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';

export class LinkView extends Panel {
  constructor(
    private readonly panel: NotebookPanel,
    private readonly link: Link,
    private readonly strings: Strings,
    private readonly load: () => void,
  ) {
    super();
    this.addClass('hfm-lab-view');
    link.changed.connect(this.draw, this);
    this.draw(link, link.state);
  }

  override dispose(): void {
    this.link.changed.disconnect(this.draw, this);
    super.dispose();
  }

  private draw(_: Link, state: LinkState): void {
    for (const child of [...this.widgets]) {
      child.dispose();
    }
    if (state.name === 'open') {
      if (state.works === 'between cells') {
        this.addWidget(message(this.strings.noSubshell));
      }
      this.addWidget(this.rendered(state.modelId));
    } else {
      this.addWidget(this.reason(state.name));
    }
  }

  private reason(name: 'noKernel' | 'foreign' | 'absent' | 'waiting'): Widget {
    return name === 'absent' ? teaching(this.strings, this.load) : message(this.strings[name]);
  }

  /** By the notebook's own renderer: it knows the widget manager of this kernel. */
  private rendered(modelId: string): Widget {
    const data = { [WIDGET_VIEW]: { version_major: 2, version_minor: 0, model_id: modelId } };
    const renderer: IRenderMime.IRenderer = this.panel.content.rendermime.createRenderer(WIDGET_VIEW);
    void renderer.renderModel(new MimeModel({ trusted: true, data }));
    renderer.addClass('hfm-lab-page');
    return renderer;
  }
}
