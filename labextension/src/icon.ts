/** hfmagic's icon: a wand and its sparks. */
import { LabIcon } from '@jupyterlab/ui-components';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M3.3 18.6 13.9 8a1.5 1.5 0 0 1 2.1 2.1L5.4 20.7a1.5 1.5 0 0 1-2.1-2.1Z"/>
    <path d="m18.5 2 .9 2.6 2.6.9-2.6.9-.9 2.6-.9-2.6-2.6-.9 2.6-.9Z"/>
    <path d="m9 2.5.6 1.9 1.9.6-1.9.6L9 7.5l-.6-1.9-1.9-.6 1.9-.6Z"/>
    <path d="m19 14 .6 1.9 1.9.6-1.9.6-.6 1.9-.6-1.9-1.9-.6 1.9-.6Z"/>
  </g>
</svg>`;

export const icon = new LabIcon({ name: 'hfmagic:icon', svgstr: SVG });
