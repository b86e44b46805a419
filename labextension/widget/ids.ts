/** Names for elements. Preact's own start anew in each view of the widget, and two views may share a page. */

import { useState } from 'preact/hooks';

export function useId(): string {
  const [id] = useState(() => `hfp${Math.random().toString(36).slice(2, 10)}`);
  return id;
}
