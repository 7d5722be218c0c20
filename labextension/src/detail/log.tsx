/** The log of a run: its end follows the run, any line of it can be found. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { useLog } from './following';
import type { ILogProps, ILogState } from './following';
import { Found, Marked } from './found';
import { bounds, linesOf, parts } from './lines';
import type { IPart } from './lines';
import { Trouble, Waiting } from './parts';

/** Pixels of a line that was not drawn yet. */
const HEIGHT = 17;

const KINDS: Readonly<Record<string, string>> = { '!': 'error', '>': 'display', '=': 'own' };

/** One line: its time, then what it says. */
function Line({ line, wanted }: { readonly line: string; readonly wanted: string }): React.JSX.Element {
  const { time, mark, text } = parts(line);
  return (
    <>
      {time !== '' && (
        <time dateTime={time.replace(' ', 'T')} title={time}>
          {time.slice(11, 19)}
        </time>
      )}
      <span className={`jp-xpt-Log-text jp-xpt-Log-${KINDS[mark] ?? 'out'}`}>
        <Marked text={text} wanted={wanted} />
      </span>
    </>
  );
}

/** The lines; the end stays in sight until people scroll up. */
function Lines(props: {
  readonly part: IPart;
  readonly wanted: string;
  readonly live: boolean;
  readonly state: ILogState;
  readonly follows: boolean;
  readonly setFollows: (follows: boolean) => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { part, wanted, live, state, follows, setFollows, trans } = props;
  const { goal } = state;
  const lines = React.useMemo(() => linesOf(part), [part]);
  const scroller = React.useRef<HTMLDivElement>(null);
  const [first, last] = [part.first, part.first + lines.length];
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    getItemKey: React.useCallback((index: number) => first + index, [first]),
    // Lines that come before those in sight move nothing.
    anchorTo: 'end',
    overscan: 20
  });
  React.useLayoutEffect(() => {
    if (goal !== null) {
      rows.scrollToIndex(goal.line - part.first, { align: 'center' });
    }
    // Once for each time that a goal was reached, not for each line that comes after it.
  }, [goal]);
  React.useLayoutEffect(() => {
    if (follows && lines.length > 0) {
      rows.scrollToEnd();
    }
  }, [follows, last]);
  return (
    <div className="jp-xpt-Log-frame">
      {part.earlier && (
        <button className="jp-xpt-rest" onClick={state.earlier}>
          {trans.__('Earlier lines')}
        </button>
      )}
      <div
        ref={scroller}
        className="jp-xpt-Log-lines"
        role="log"
        aria-live="off"
        aria-label={trans.__('Log')}
        tabIndex={0}
        onScroll={event => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          setFollows(!part.later && scrollTop + clientHeight >= scrollHeight - HEIGHT);
        }}
      >
        <div className="jp-xpt-Log-sheet" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(item => (
            <div
              key={item.key}
              ref={rows.measureElement}
              data-index={item.index}
              className={
                first + item.index === goal?.line ? 'jp-xpt-Log-line jp-xpt-Log-goal' : 'jp-xpt-Log-line'
              }
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Line line={lines[item.index] ?? ''} wanted={wanted} />
            </div>
          ))}
        </div>
      </div>
      {part.later && (
        <button className="jp-xpt-rest" onClick={state.later}>
          {trans.__('Later lines')}
        </button>
      )}
      {!follows && live && (
        <button
          className="jp-xpt-Log-follow"
          onClick={() => {
            if (part.later) {
              state.end();
            }
            setFollows(true);
          }}
        >
          {trans.__('↓ Follow')}
        </button>
      )}
    </div>
  );
}

/** The log of a run. Give it a `key` of the run: another run is another log. */
export function Log(props: ILogProps): React.JSX.Element {
  const { live, trans } = props;
  const root = React.useRef<HTMLDivElement>(null);
  const state = useLog(props, root);
  const [wanted, setWanted] = React.useState('');
  const [follows, setFollows] = React.useState(true);
  const jump = (offset: number): void => {
    setFollows(false);
    state.jump(offset);
  };
  return (
    <div ref={root} className="jp-xpt-Log">
      <div className="jp-xpt-Log-bar">
        <input
          type="search"
          placeholder={trans.__('search the log')}
          aria-label={trans.__('Search the log')}
          value={wanted}
          onChange={event => {
            setWanted(event.currentTarget.value);
          }}
        />
        {live && <span className="jp-xpt-dim">{trans.__('follows the run')}</span>}
      </div>
      {wanted !== '' && <Found {...props} wanted={wanted} jump={jump} />}
      {state.error !== null && (
        <Trouble
          what={trans.__('The log cannot be read: %1', state.error)}
          again={state.again}
          trans={trans}
        />
      )}
      {state.part === null ? (
        state.error === null && <Waiting what={trans.__('Reading the log …')} />
      ) : bounds(state.part).end === 0 ? (
        <p className="jp-xpt-dim">
          {live ? trans.__('Nothing was printed yet.') : trans.__('Nothing was printed.')}
        </p>
      ) : (
        <Lines part={state.part} wanted={wanted} live={live} {...{ state, follows, setFollows, trans }} />
      )}
    </div>
  );
}
