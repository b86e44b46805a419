/** A component that is drawn again only when one of its properties is another value. */

import { Component, type ComponentChild, type FunctionComponent, h } from 'preact';

export function memo<P extends object>(Inner: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const names = new Set([...Object.keys(this.props), ...Object.keys(next)]) as Set<keyof P>;
      for (const name of names) if (this.props[name] !== (next as P)[name]) return true;
      return false;
    }

    override render(): ComponentChild {
      return h(Inner, this.props as P);
    }
  }
  return (props: P) => h(Memo, props);
}
