/** A list of any length of which only the rows in sight exist. */

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export type Virtual = Virtualizer<HTMLElement, HTMLElement>;

/** Rows by number; `height` gives the height of a row in pixels, anew when one of `keys` is another value. */
export function useVirtual(
  list: { current: HTMLElement | null },
  count: number,
  height: (index: number) => number,
  initialOffset: number,
  ...keys: unknown[]
): Virtual {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const last = useRef(keys);
  const options = {
    count,
    getScrollElement: () => list.current,
    estimateSize: height,
    overscan: 6,
    initialOffset,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(0),
  };
  const [virtual] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtual.setOptions({ ...virtual.options, ...options });
  if (keys.some((key, at) => key !== last.current[at])) {
    last.current = keys;
    virtual.measure();
  }
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());
  return virtual;
}
