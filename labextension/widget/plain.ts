/** Foreign text made fit to show: no control or direction characters, no floods, no endless lines. It stays text. */

const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;
const DIRECTION = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/g;
const FLOOD = /(\p{M}{4})\p{M}+/gu;

/** The text, cut after `most` characters. */
export function plain(text: string, most = 400): string {
  const head = text.length > most * 4 ? text.slice(0, most * 4) : text;
  const clean = head.replace(CONTROL, ' ').replace(DIRECTION, '').replace(FLOOD, '$1');
  if (clean.length <= most && head.length === text.length) return clean;
  return Array.from(clean).slice(0, most).join('') + '…';
}

/** The name of a model in two parts, for the eye: its owner and the rest. */
export function nameParts(modelId: string): [string, string] {
  const name = plain(modelId, 200);
  const at = name.indexOf('/');
  return at < 0 ? ['', name] : [name.slice(0, at), name.slice(at + 1)];
}

/** An address that may become a link; empty for any other. */
export function safeAddress(address: string): string {
  try {
    const url = new URL(address);
    return url.protocol === 'https:' && !url.username && !url.password ? url.href : '';
  } catch {
    return '';
  }
}
