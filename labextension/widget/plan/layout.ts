/** Where the steps of a plan stand: its inputs on top, each step below what it reads from. */

import { graphlib, layout as place } from '@dagrejs/dagre';
import type { PlanShown } from '../types';

const WIDTHS = [196, 158, 136, 120]; // of a step: the first that fits, else the narrowest
const HEIGHT = 80;
const INPUT = { width: 120, height: 24 };

export interface Spot {
  id: string;
  input: boolean;
  /** The upper left corner, in pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Edge {
  from: string;
  to: string;
  /** An SVG path. */
  path: string;
}

export interface Layout {
  width: number;
  height: number;
  spots: Spot[];
  edges: Edge[];
}

/** The widest steps for which the picture is at most `room` pixels wide. */
export function layoutOf(shown: PlanShown, room: number): Layout {
  let made = layoutWith(shown, WIDTHS[0]);
  for (const width of WIDTHS.slice(1)) if (made.width > room) made = layoutWith(shown, width);
  return made;
}

function layoutWith(shown: PlanShown, stepWidth: number): Layout {
  const graph = new graphlib.Graph({ directed: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 10, ranksep: 22, marginx: 2, marginy: 2 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of shown.steps) graph.setNode(`step ${step.id}`, { width: stepWidth, height: HEIGHT });
  for (const [from, to] of links(shown)) {
    if (!graph.hasNode(from)) graph.setNode(from, { ...INPUT });
    graph.setEdge(from, to);
  }
  place(graph);
  const { width = 0, height = 0 } = graph.graph();
  const spots = graph.nodes().map((name): Spot => {
    const { x, y, width, height } = graph.node(name);
    const input = !name.startsWith('step ');
    return { id: name.slice(name.indexOf(' ') + 1), input, x: x - width / 2, y: y - height / 2, width, height };
  });
  const edges = graph.edges().map(({ v, w }): Edge => {
    const [from, to] = [graph.node(v), graph.node(w)];
    const bends = graph.edge(v, w).points.slice(2, -2); // where it passes other steps
    const ends = [
      { x: from.x, y: from.y + from.height / 2 },
      { x: to.x, y: to.y - to.height / 2 },
    ] as const;
    return { from: v, to: w, path: curve([ends[0], ...bends, ends[1]]) };
  });
  return { width, height, spots, edges };
}

/** Pairs of names, each from what is read to what reads it: `input reviews`, `step sentiment`. */
function links(shown: PlanShown): [string, string][] {
  const steps = new Set(shown.steps.map((s) => s.id));
  const found: [string, string][] = [];
  for (const step of shown.steps) {
    const parents = new Set([...step.parents, ...inputsOf(shown, step.id)]);
    parents.delete(step.id);
    for (const name of parents) found.push([`${steps.has(name) ? 'step' : 'input'} ${name}`, `step ${step.id}`]);
  }
  return found;
}

function inputsOf(shown: PlanShown, id: string): string[] {
  const names = new Set((shown.plan.inputs ?? []).map((i) => i.name));
  const step = shown.plan.steps.find((s) => s.id === id);
  const read = Object.values(step?.inputs ?? {}).flatMap((reference) => {
    if ('of' in reference) return [reference.of];
    if ('variable' in reference) return [reference.variable];
    return 'frame' in reference ? [reference.frame] : [];
  });
  return read.filter((name) => names.has(name));
}

/** A smooth line through points. */
function curve(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${round(first.x)},${round(first.y)}`;
  let before = first;
  for (const point of rest) {
    const middle = (before.y + point.y) / 2;
    path += `C${round(before.x)},${round(middle)} ${round(point.x)},${round(middle)} ${round(point.x)},${round(point.y)}`;
    before = point;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
