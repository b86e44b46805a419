/** The links of the open notebooks: one each, shared by all its views. */
import { UUID } from '@lumino/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { Link } from './link';

export class Links {
  of({ context }: NotebookPanel): Link {
    return this.byContext.get(context) ?? this.make(context);
  }

  private make(context: NotebookPanel['context']): Link {
    const link = new Link(context.sessionContext, clientOf(context.path));
    this.byContext.set(context, link);
    context.disposed.connect(() => {
      this.byContext.delete(context);
      link.dispose();
    });
    return link;
  }

  private readonly byContext = new Map<NotebookPanel['context'], Link>();
}

/** The same for a notebook after each reload of this browser tab, another one in another tab. */
function clientOf(path: string): string {
  const key = `hfmagic:client:${path}`;
  const id = sessionStorage.getItem(key) ?? UUID.uuid4();
  sessionStorage.setItem(key, id);
  return id;
}
