/** The list of models. A listbox: one place in the tab order, arrows move in it, Enter opens or picks. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useApp, useShown, useWords } from '../app';
import { useId } from '../ids';
import { count } from '../formats';
import type { ModelShown } from '../types';
import { useVirtual, type Virtual } from '../virtual';
import { ModelRow, rowLines } from './row';
import { open, pick } from './shelf';

const HEIGHT = 380; // of the list, where the host sets none
const PADDING = 15; // above and below the lines of a row, and the line under it

export function ModelList({ models, chosen }: { models: ModelShown[]; chosen: string }) {
  const app = useApp();
  const [words, language] = useWords();
  const active = useShown((s) => Math.min(s.active, Math.max(models.length - 1, 0)));
  const picked = useShown((s) => s.picked);
  const box = useRef<HTMLDivElement>(null);
  const [line, setLine] = useState(18);
  const id = useId();
  const height = (at: number): number => rowLines(models[at]) * line + PADDING;
  const virtual = useVirtual(box, models.length, height, app.state.offset, line, models);

  useLayoutEffect(() => {
    if (box.current) setLine(parseFloat(getComputedStyle(box.current).lineHeight) || 18);
  }, []);
  useEffect(() => () => app.store.set({ offset: virtual.scrollOffset ?? 0 }), [app, virtual]);
  useLayoutEffect(() => {
    if (app.state.offset === 0 && box.current) box.current.scrollTop = 0;
  }, [app, models]);

  const total = virtual.getTotalSize();
  const go = (to: number): void => {
    const at = Math.max(0, Math.min(models.length - 1, to));
    app.store.set({ active: at, offset: virtual.scrollOffset ?? 0 });
    virtual.scrollToIndex(at, { align: 'auto' });
  };
  const take = (at: number): void => {
    const model = models[at];
    if (!model) return;
    app.store.set({ active: at, offset: virtual.scrollOffset ?? 0 });
    if (!picked) void open(app, model.model_id);
    else if (!model.rejected) pick(app, model.model_id);
  };
  const keyed = (event: KeyboardEvent): void => {
    const to = stepTo(event.key, active, models.length, virtual);
    if (to !== null) go(to);
    else if (event.key === 'Enter' || event.key === ' ') take(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={box}
      class="hfp-list"
      style={{ height: `${Math.min(total, HEIGHT)}px`, minHeight: `${Math.min(total, HEIGHT / 2)}px` }}
      role="listbox"
      tabIndex={0}
      aria-label={words.models}
      aria-multiselectable={picked ? true : undefined}
      aria-activedescendant={models.length ? `${id}-${active}` : undefined}
      onKeyDown={keyed}
    >
      <div role="presentation" style={{ height: `${total}px` }}>
        {virtual.getVirtualItems().map(({ index, start, size }) => {
          const model = models[index];
          return (
            model && (
              <div
                key={model.model_id}
                id={`${id}-${index}`}
                role="option"
                aria-selected={picked ? picked.includes(model.model_id) : index === active}
                aria-disabled={picked && model.rejected ? true : undefined}
                aria-setsize={models.length}
                aria-posinset={index + 1}
                class={rowClass(model, index === active, picked)}
                style={{ transform: `translateY(${start}px)`, height: `${size}px` }}
                onClick={() => take(index)}
              >
                <ModelRow model={model} inUse={model.model_id === chosen} />
              </div>
            )
          );
        })}
      </div>
      <span class="hfp-hidden">{words.hits(count(models.length, language), count(models.length, language))}</span>
    </div>
  );
}

function rowClass(model: ModelShown, active: boolean, picked: string[] | null): string {
  const names = ['hfp-row'];
  if (active) names.push('hfp-active');
  if (model.rejected) names.push('hfp-out');
  if (picked) names.push('hfp-picking');
  if (picked?.includes(model.model_id)) names.push('hfp-picked');
  return names.join(' ');
}

function stepTo(key: string, active: number, length: number, virtual: Virtual): number | null {
  const page = Math.max(1, Math.floor((virtual.scrollRect?.height ?? 300) / 75));
  const moves: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: length - 1,
  };
  return moves[key] ?? null;
}
