/** The link of one notebook to hfmagic in its kernel, through restarts, crashes, kernel changes and page reloads. */
import type { JSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import { PageComm, readyMarker, whenReady, type Opened } from './page';
import { createSubshell, deleteSubshell } from './subshell';

export type LinkState =
  | { name: 'noKernel' | 'foreign' | 'absent' | 'waiting' }
  | { name: 'open'; modelId: string; works: 'always' | 'between cells' };

const GONE: Kernel.Status[] = ['restarting', 'autorestarting', 'dead', 'terminating'];

export class Link implements IDisposable {
  /** `client` lets the kernel tell a page that was reloaded from a second page. */
  constructor(
    private readonly context: ISessionContext,
    private readonly client: string,
  ) {
    context.kernelChanged.connect(this.changeKernel, this);
    context.statusChanged.connect(this.followStatus, this);
    context.connectionStatusChanged.connect(this.followConnection, this);
    void context.ready.then(() => this.changeKernel());
  }

  readonly changed = new Signal<this, LinkState>(this);

  get state(): LinkState {
    return this._state;
  }

  /** Ask the kernel something; false when hfmagic is not there to hear it. */
  ask(body: JSONObject): boolean {
    this.page?.ask(body);
    return this.page !== undefined;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      this.leave();
      Signal.clearData(this);
    }
  }

  private get kernel(): Kernel.IKernelConnection | null {
    const kernel = this.context.session?.kernel ?? null;
    return kernel?.isDisposed ? null : kernel;
  }

  private changeKernel(): void {
    const { kernel } = this;
    if (this._disposed || kernel === this.followed) {
      return;
    }
    this.forget();
    this.followed = kernel;
    this.become({ name: kernel ? 'waiting' : 'noKernel' });
    if (kernel?.connectionStatus === 'connected') {
      void this.look(kernel);
    }
  }

  private followStatus(_: ISessionContext, status: Kernel.Status): void {
    if (GONE.includes(status)) {
      this.forget();
      this.become({ name: this.kernel && status !== 'dead' ? 'waiting' : 'noKernel' });
    }
  }

  /** After a restart the connection is a new one. A connection that was only lost for a while keeps its page. */
  private followConnection(_: ISessionContext, status: Kernel.ConnectionStatus): void {
    if (status === 'connected' && this.kernel && !this.page) {
      void this.look(this.kernel);
    }
  }

  /** Ask the kernel whether hfmagic is loaded, and open the page if so; else it opens when the kernel says so. */
  private async look(kernel: Kernel.IKernelConnection): Promise<void> {
    this.forget();
    const { round } = this;
    const isNow = () => round === this.round && !this._disposed;
    this.become({ name: 'waiting' });
    const spec = await kernel.spec.catch(() => undefined);
    if (!isNow()) {
      return;
    }
    if (spec && spec.language.toLowerCase() !== 'python') {
      this.become({ name: 'foreign' });
      return;
    }
    whenReady(kernel, (marker) => void this.open(kernel, marker));
    const subshell = await createSubshell(kernel);
    const marker = isNow() ? await readyMarker(kernel, subshell).catch(() => undefined) : undefined;
    if (isNow() && marker !== undefined) {
      await this.open(kernel, marker, subshell);
      return;
    }
    deleteSubshell(kernel, subshell);
    if (isNow()) {
      this.become({ name: 'absent' });
    }
  }

  private async open(kernel: Kernel.IKernelConnection, marker: string, given?: string | null): Promise<void> {
    if (marker === this.marker || kernel !== this.kernel) {
      return;
    }
    this.leave();
    this.marker = marker;
    const round = ++this.round;
    this.become({ name: 'waiting' });
    const subshell = given === undefined ? await createSubshell(kernel) : given;
    if (round !== this.round) {
      deleteSubshell(kernel, subshell);
      return;
    }
    this.page = new PageComm(kernel, subshell, this.client);
    this.page.opened.connect(this.show, this);
    this.page.closed.connect(this.unload, this);
  }

  private show(page: PageComm, { model_id, stale_subshells }: Opened): void {
    for (const id of stale_subshells ?? []) {
      deleteSubshell(page.kernel, id);
    }
    this.become({ name: 'open', modelId: model_id, works: page.subshell === null ? 'between cells' : 'always' });
  }

  private unload(page: PageComm): void {
    this.leave();
    deleteSubshell(page.kernel, page.subshell);
    this.become({ name: 'absent' });
  }

  /** What was asked or open belongs to a kernel that is gone. */
  private forget(): void {
    this.round++;
    this.marker = undefined;
    this.leave();
  }

  private leave(): void {
    this.page?.dispose();
    this.page = undefined;
  }

  private become(state: LinkState): void {
    this._state = state;
    this.changed.emit(state);
  }

  private _state: LinkState = { name: 'waiting' };
  private _disposed = false;
  private followed?: Kernel.IKernelConnection | null; // undefined: the session is not ready yet
  private marker?: string;
  private page?: PageComm;
  private round = 0; // an answer to an earlier question is not listened to
}
