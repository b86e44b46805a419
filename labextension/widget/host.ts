/** What a page can do for us: put text into the notebook, interrupt the kernel. Where it cannot, the clipboard. */

/** True when the host took the text. */
export function offerText(root: HTMLElement, text: string): boolean {
  return offer(root, 'hfmagic:insert', { text });
}

/** True when the host interrupted the kernel. */
export function offerInterrupt(root: HTMLElement): boolean {
  return offer(root, 'hfmagic:interrupt', {});
}

function offer(root: HTMLElement, name: string, detail: object): boolean {
  return !root.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, composed: true, detail }));
}

/** True when the text is on the clipboard. */
export async function copy(root: HTMLElement, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByHand(root, text);
  }
}

/** For pages without a clipboard of their own, such as plain http. */
function copyByHand(root: HTMLElement, text: string): boolean {
  const area = document.createElement('textarea');
  const before = document.activeElement;
  area.value = text;
  area.className = 'hfp-offstage';
  root.append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
