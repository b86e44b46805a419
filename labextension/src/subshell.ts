/** A thread of the kernel that answers while a cell runs, asked for by hand; see JEP 91 (kernel subshells). */
import { KernelMessage, type Kernel } from '@jupyterlab/services';

// ipykernel 6 never answers an unknown control message.
const TIMEOUT_MS = 6000;

/**
 * The id of a new subshell, null where the kernel has none to give.
 *
 * `kernel.requestCreateSubshell` throws until the kernel has told about itself, which after a page reload is when the
 * running cell has ended; a message of our own gets through at once.
 */
export async function createSubshell(kernel: Kernel.IKernelConnection): Promise<string | null> {
  const sent = kernel.sendControlMessage(controlMessage(kernel, 'create_subshell_request', {}), true);
  const asked = sent.done.then((reply) => (reply as KernelMessage.ICreateSubshellReplyMsg).content.subshell_id ?? null);
  const known = kernel.info.then((info) => (hasSubshells(info) ? asked : null));
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), TIMEOUT_MS));
  // A restart cancels what was asked; the link then asks anew.
  return Promise.race([asked, known, late]).catch(() => null);
}

export function deleteSubshell(kernel: Kernel.IKernelConnection, id: string | null): void {
  if (id === null || kernel.isDisposed || kernel.status === 'dead') {
    return;
  }
  const message = controlMessage(kernel, 'delete_subshell_request', { subshell_id: id });
  kernel.sendControlMessage(message, true).done.catch(() => undefined); // it is gone already
}

function hasSubshells(info: KernelMessage.IInfoReply): boolean {
  const features = (info as { supported_features?: string[] }).supported_features;
  return features?.includes('kernel subshells') ?? false;
}

function controlMessage<T extends 'create_subshell_request' | 'delete_subshell_request'>(
  kernel: Kernel.IKernelConnection,
  msgType: T,
  content: object,
): KernelMessage.IControlMessage<T> {
  const options = { msgType, channel: 'control', content, username: kernel.username, session: kernel.clientId };
  return KernelMessage.createMessage(options as never) as unknown as KernelMessage.IControlMessage<T>;
}
