/** A value that is replaced in one place and watched from many. */

import { useEffect, useReducer, useRef } from 'preact/hooks';

export class Store<S extends object> {
  private watchers = new Set<() => void>();

  constructor(private value: S) {}

  get state(): S {
    return this.value;
  }

  set(patch: Partial<S>): void {
    this.value = { ...this.value, ...patch };
    for (const watcher of [...this.watchers]) watcher();
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}

/** A part of the store; the component is drawn again when that part is another value. */
export function usePart<S extends object, P>(store: Store<S>, part: (state: S) => P): P {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const value = part(store.state);
  const latest = useRef({ part, value });
  latest.current = { part, value };
  useEffect(() => {
    const look = (): void => {
      const { part, value } = latest.current;
      if (!Object.is(part(store.state), value)) redraw(0);
    };
    look();
    return store.watch(look);
  }, [store]);
  return value;
}
