/**
 * One comm between this page and a kernel, over a subshell of its own. Knows nothing about notebooks.
 *
 * JupyterLab's own comms would make one more subshell for each target and wait for the kernel's info, which does not
 * come while a cell runs; so the messages are written here.
 */
import { UUID, type JSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { KernelMessage, type Kernel } from '@jupyterlab/services';

const PAGE = 'hfmagic.page';
const READY = 'hfmagic.ready';

/** What the kernel answers when a page opens. */
export interface Opened {
  model_id: string;
  stale_subshells?: string[];
}

export class PageComm {
  constructor(
    readonly kernel: Kernel.IKernelConnection,
    readonly subshell: string | null,
    client: string,
  ) {
    kernel.iopubMessage.connect(this.receive, this);
    this.send('comm_open', { comm_id: this.id, target_name: PAGE, data: { client } });
  }

  readonly opened = new Signal<this, Opened>(this);
  readonly closed = new Signal<this, void>(this);

  ask(body: JSONObject): void {
    this.send('comm_msg', { comm_id: this.id, data: { ask: body } });
  }

  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    if (!this.kernel.isDisposed && this.kernel.connectionStatus === 'connected') {
      this.send('comm_close', { comm_id: this.id, data: {} });
    }
    this.kernel.iopubMessage.disconnect(this.receive, this);
    Signal.clearData(this);
  }

  private receive(_: Kernel.IKernelConnection, message: KernelMessage.IIOPubMessage): void {
    if (KernelMessage.isCommMsgMsg(message) && message.content.comm_id === this.id) {
      const data = message.content.data as unknown as Opened;
      if (typeof data.model_id === 'string') {
        this.opened.emit(data);
      }
    } else if (KernelMessage.isCommCloseMsg(message) && message.content.comm_id === this.id) {
      this.closed.emit();
    }
  }

  private send(msgType: 'comm_open' | 'comm_msg' | 'comm_close', content: object): void {
    this.kernel.sendShellMessage(shellMessage(this.kernel, this.subshell, msgType, content), false, true);
  }

  private readonly id = UUID.uuid4();
  private disposed = false;
}

/** Call `found` whenever the kernel says that hfmagic has been loaded into it. */
export function whenReady(kernel: Kernel.IKernelConnection, found: (marker: string) => void): void {
  kernel.registerCommTarget(READY, (comm) => found(comm.commId));
}

/** The newest marker of a loaded hfmagic in the kernel; undefined when there is none. */
export async function readyMarker(
  kernel: Kernel.IKernelConnection,
  subshell: string | null,
): Promise<string | undefined> {
  const request = shellMessage(kernel, subshell, 'comm_info_request', { target_name: READY });
  const reply = await kernel.sendShellMessage(request, true).done;
  const { comms } = (reply as KernelMessage.ICommInfoReplyMsg).content as { comms?: object };
  return Object.keys(comms ?? {}).at(-1);
}

function shellMessage<T extends 'comm_open' | 'comm_msg' | 'comm_close' | 'comm_info_request'>(
  kernel: Kernel.IKernelConnection,
  subshellId: string | null,
  msgType: T,
  content: object,
): KernelMessage.IShellMessage<T> {
  const from = { username: kernel.username, session: kernel.clientId };
  const options = { ...from, msgType, channel: 'shell', content, subshellId };
  return KernelMessage.createMessage(options as never) as unknown as KernelMessage.IShellMessage<T>;
}
