/** Small drawings, all of one weight. They decorate: the word stands beside them. */

import type { ComponentChildren } from 'preact';

function Icon({ children, turning }: { children: ComponentChildren; turning?: boolean }) {
  return (
    <svg class={turning ? 'hfp-icon hfp-turning' : 'hfp-icon'} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const Check = () => (
  <Icon>
    <path d="M3 8.5 6.5 12 13 4.5" />
  </Icon>
);
export const Cross = () => (
  <Icon>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Icon>
);
export const Down = () => (
  <Icon>
    <path d="M8 2.5v8m-3.5-3L8 11l3.5-3.5M3.5 13.5h9" />
  </Icon>
);
export const Heart = () => (
  <Icon>
    <path d="M8 13S2.5 9.8 2.5 6.2A2.8 2.8 0 0 1 8 5.2a2.8 2.8 0 0 1 5.5 1C13.5 9.8 8 13 8 13Z" />
  </Icon>
);
export const Circle = () => (
  <Icon>
    <circle cx="8" cy="8" r="5" />
  </Icon>
);
export const Turning = () => (
  <Icon turning>
    <path d="M13 8a5 5 0 1 1-5-5" />
  </Icon>
);
export const Stopped = () => (
  <Icon>
    <rect x="4" y="4" width="8" height="8" rx="1" />
  </Icon>
);
export const Dash = () => (
  <Icon>
    <path d="M4 8h8" />
  </Icon>
);
export const Back = () => (
  <Icon>
    <path d="M10 3 5 8l5 5" />
  </Icon>
);
export const Tune = () => (
  <Icon>
    <path d="M2.5 5h6m3 0h2M2.5 11h2m3 0h6" />
    <circle cx="10" cy="5" r="1.5" />
    <circle cx="6" cy="11" r="1.5" />
  </Icon>
);
export const ThumbUp = () => (
  <Icon>
    <path d="M5 7.5v6H2.5v-6H5Zm0 0 3-5c1.2 0 1.8.8 1.6 2L9.2 6.500h3c1 0 1.6.8 1.3 1.800l-1.100 4c-.2.7-.8 1.200-1.500 1.200H5" />
  </Icon>
);
export const ThumbDown = () => (
  <Icon>
    <path d="M11 8.500v-6h2.500v6H11Zm0 0-3 5c-1.2 0-1.800-.8-1.600-2l.4-2h-3c-1 0-1.600-.8-1.300-1.800l1.100-4c.2-.7.800-1.200 1.500-1.200H11" />
  </Icon>
);
export const Away = () => (
  <Icon>
    <path d="M9.500 2.500h4v4m0-4-6 6M12 9.500v4H2.500V4h4" />
  </Icon>
);
