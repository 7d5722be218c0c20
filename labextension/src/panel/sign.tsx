/** Signs: how an experiment stands, by shape and by colour. */
import * as React from 'react';

import type { Sign } from '../leaves/words';

/** Half of a sign's width, in pixels. */
export const RADIUS = 6;

function shape(sign: Sign): React.JSX.Element {
  switch (sign) {
    case 'improved':
      return <path d="M0 -5.2 L5.4 4.4 H-5.4 Z" />;
    case 'worse':
      return <path d="M0 5.2 L5.4 -4.4 H-5.4 Z" />;
    case 'not sure':
      return (
        <>
          <circle r="5.6" />
          <path
            className="jp-xpt-sign-ink"
            d="M-1.9 -1.3 A1.95 1.95 0 1 1 0.7 0.4 Q0 0.7 0 1.5 M0 3.1 V3.2"
          />
        </>
      );
    case 'none':
      return <circle r="4.4" />;
    case 'failed':
      return <path className="jp-xpt-sign-stroke" d="M-3.8 -3.8 L3.8 3.8 M-3.8 3.8 L3.8 -3.8" />;
    case 'interrupted':
      return <rect x="-4" y="-4" width="8" height="8" rx="0.8" />;
    case 'died':
      return <path className="jp-xpt-sign-stroke" d="M0 -5.2 V5.2 M-3.4 -2 H3.4" />;
    case 'damaged':
      return (
        <>
          <path d="M0 -5.6 L6 5 H-6 Z" />
          <path className="jp-xpt-sign-ink" d="M0 -1.8 V1.4 M0 3.3 V3.4" />
        </>
      );
    case 'running':
      return (
        <>
          <circle className="jp-xpt-sign-track" r="4.4" />
          <path className="jp-xpt-sign-stroke jp-xpt-sign-turns" d="M0 -4.4 A4.4 4.4 0 1 1 -4.4 0" />
        </>
      );
    case 'planned':
      return <circle className="jp-xpt-sign-outline" r="4.2" />;
  }
}

/** The sign as part of a picture, its middle at 0, 0. */
export function SignShape(props: { readonly sign: Sign; readonly title: string }): React.JSX.Element {
  return (
    <g className={`jp-xpt-sign jp-xpt-mod-${props.sign.replace(' ', '-')}`}>
      <title>{props.title}</title>
      {shape(props.sign)}
    </g>
  );
}

/** The sign as a picture of its own. */
export function SignPicture(props: { readonly sign: Sign; readonly title: string }): React.JSX.Element {
  return (
    <svg className="jp-xpt-sign-picture" viewBox="-7 -7 14 14" width="14" height="14" aria-hidden="true">
      <SignShape {...props} />
    </svg>
  );
}
