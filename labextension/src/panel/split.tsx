/** Split: two parts above each other, and a bar between them that can be moved. */
import * as React from 'react';

/** The upper part's share as long as nobody moved the bar. */
const USUAL = 0.52;
/** Neither part gets less than this share of the height. */
const LEAST = 0.12;
const STEP = 0.04;

interface ISplitProps {
  readonly top: React.ReactNode;
  readonly bottom: React.ReactNode;
  /** The upper part's share of the height; `null` where nobody moved the bar. */
  readonly share: number | null;
  /** How high the upper part need be, in pixels, as long as nobody moved the bar. */
  readonly enough: number;
  readonly setShare: (share: number) => void;
  readonly label: string;
}

function within(share: number): number {
  return Math.min(1 - LEAST, Math.max(LEAST, share));
}

export function Split(props: ISplitProps): React.JSX.Element {
  const { setShare } = props;
  const whole = React.useRef<HTMLDivElement>(null);
  const [moving, setMoving] = React.useState<number | null>(null);
  const given = moving ?? props.share;
  const share = given ?? USUAL;
  const top = given === null ? `minmax(0, min(${100 * USUAL}%, ${props.enough}px))` : `minmax(0, ${share}fr)`;
  const bottom = given === null ? 'minmax(0, 1fr)' : `minmax(0, ${1 - share}fr)`;
  const shareAt = (y: number): number => {
    const box = whole.current?.getBoundingClientRect();
    return box === undefined || box.height === 0 ? share : within((y - box.top) / box.height);
  };
  return (
    <div ref={whole} className="jp-xpt-split" style={{ gridTemplateRows: `${top} 5px ${bottom}` }}>
      <div className="jp-xpt-split-part">{props.top}</div>
      <div
        className="jp-xpt-split-bar"
        role="separator"
        aria-orientation="horizontal"
        aria-label={props.label}
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={LEAST * 100}
        aria-valuemax={(1 - LEAST) * 100}
        tabIndex={0}
        onPointerDown={event => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setMoving(shareAt(event.clientY));
        }}
        onPointerMove={event => {
          if (moving !== null) {
            setMoving(shareAt(event.clientY));
          }
        }}
        onPointerUp={() => {
          if (moving !== null) {
            setShare(moving);
            setMoving(null);
          }
        }}
        onPointerCancel={() => {
          setMoving(null);
        }}
        onKeyDown={event => {
          const by = event.key === 'ArrowUp' ? -STEP : event.key === 'ArrowDown' ? STEP : 0;
          if (by !== 0) {
            event.preventDefault();
            setShare(within(share + by));
          }
        }}
      />
      <div className="jp-xpt-split-part">{props.bottom}</div>
    </div>
  );
}
