/** The plan as a picture: a button for each step over the lines between them. */

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApp, useWords } from '../app';
import { plain } from '../plain';
import type { PlanShown, StepShown } from '../types';
import { taskName } from '../words/tasks';
import { layoutOf, type Spot } from './layout';
import { PhaseWord } from './phase';
import { ProgressBar, useBrief } from './progress';

const PADDING = 24;

export function Graph({ shown, chosen }: { shown: PlanShown; chosen: string }) {
  const [words] = useWords();
  const shape = shown.steps.map((s) => `${s.id}<${s.parents.join()}`).join(';') + shown.hash;
  const box = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  // Laid out anew when the shape changes, not with each row that is done.
  const { width, height, spots, edges } = useMemo(() => layoutOf(shown, room), [shape, room]);
  useLayoutEffect(() => {
    const node = box.current?.querySelector<HTMLElement>('[aria-pressed=true]');
    if (box.current && node)
      box.current.scrollLeft = node.offsetLeft + node.offsetWidth / 2 - box.current.clientWidth / 2;
  }, [chosen, width]);
  const byId = new Map(shown.steps.map((s) => [s.id, s]));
  return (
    <div ref={box} class="hfp-graph" role="group" aria-label={words.steps}>
      <div class="hfp-canvas" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map((edge) => (
            <path
              key={`${edge.from} ${edge.to}`}
              class={edge.from === `step ${chosen}` || edge.to === `step ${chosen}` ? 'hfp-edge hfp-on' : 'hfp-edge'}
              d={edge.path}
            />
          ))}
        </svg>
        {spots.map((spot) => {
          const step = byId.get(spot.id);
          if (spot.input || !step) return <Input key={`input ${spot.id}`} spot={spot} />;
          return <Node key={`step ${spot.id}`} spot={spot} step={step} chosen={spot.id === chosen} />;
        })}
      </div>
    </div>
  );
}

/** The width that the picture may take, in pixels. */
function useRoom(box: { current: HTMLElement | null }): number {
  const [room, setRoom] = useState(300);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = (): void => setRoom(element.clientWidth - PADDING);
    const observer = new ResizeObserver(look);
    observer.observe(element);
    look();
    return () => observer.disconnect();
  }, [box]);
  return room;
}

function place(spot: Spot) {
  return { left: `${spot.x}px`, top: `${spot.y}px`, width: `${spot.width}px`, height: `${spot.height}px` };
}

function Input({ spot }: { spot: Spot }) {
  const [words] = useWords();
  return (
    <div class="hfp-input-node" style={place(spot)}>
      <span class="hfp-hidden">{words.input} </span>
      <span class="hfp-cut">{plain(spot.id, 80)}</span>
    </div>
  );
}

function Node({ spot, step, chosen }: { spot: Spot; step: StepShown; chosen: boolean }) {
  const app = useApp();
  const [, language] = useWords();
  const progress = useBrief(step);
  return (
    <button
      type="button"
      class={`hfp-node hfp-at-${step.phase}`}
      style={place(spot)}
      aria-pressed={chosen}
      onClick={() => app.store.set({ step: step.id })}
    >
      <b class="hfp-cut">{plain(step.id, 64)}</b>
      <span class="hfp-cut">{taskName(plain(step.task, 80), language)}</span>
      {step.model_id && <span class="hfp-cut hfp-muted">{plain(step.model_id, 200)}</span>}
      <span class="hfp-cut">
        <PhaseWord phase={step.phase} />
        {progress && <span class="hfp-muted"> {progress}</span>}
      </span>
      <ProgressBar step={step} label={`${step.id}: ${progress}`} />
    </button>
  );
}
