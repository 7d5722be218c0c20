/** Small parts that the sections of the detail are made of. */
import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IActs } from '../acts';
import { padded } from '../leaves/words';
import type { IRead } from './reading';

/** A number that chooses its experiment. */
export function Link(props: {
  readonly number: number;
  /** Its series, where that is not the shown one. */
  readonly series?: string | undefined;
  readonly trans: TranslationBundle;
  readonly acts: Pick<IActs, 'choose'>;
}): React.JSX.Element {
  const { number, series, trans, acts } = props;
  const name = series === undefined ? padded(number) : `${series}_${padded(number)}`;
  return (
    <button
      className="jp-xpt-link"
      title={trans.__('Show experiment %1', name)}
      onClick={() => {
        acts.choose(number, series);
      }}
    >
      {name}
    </button>
  );
}

/** Two sheets. */
function CopyPicture(): React.JSX.Element {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d="M4 4 H11 V11 H4 Z M8 4 V1 H1 V8 H4" />
    </svg>
  );
}

/** A button that puts a text on the clipboard. */
export function Copy(props: {
  readonly text: string;
  readonly title: string;
  /** A small picture in place of the word. */
  readonly quiet?: boolean;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { text, title, quiet, trans } = props;
  const [copied, setCopied] = React.useState(false);
  React.useEffect(() => {
    if (copied) {
      const timer = setTimeout(() => {
        setCopied(false);
      }, 1500);
      return () => {
        clearTimeout(timer);
      };
    }
    return undefined;
  }, [copied]);
  return (
    <button
      className={quiet === true ? 'jp-xpt-Copy jp-xpt-quiet' : 'jp-xpt-Copy'}
      title={title}
      aria-label={quiet === true && !copied ? title : undefined}
      onClick={() => {
        Clipboard.copyToSystem(text);
        setCopied(true);
      }}
    >
      <span aria-live="polite">
        {copied ? trans.__('copied') : quiet === true ? <CopyPicture /> : trans.__('copy')}
      </span>
    </button>
  );
}

/** A part of the detail with its heading. */
export function Section(props: {
  readonly title: string;
  readonly name: string;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const id = React.useId();
  return (
    <section className={`jp-xpt-Section jp-xpt-Section-${props.name}`} aria-labelledby={id}>
      <h3 id={id}>{props.title}</h3>
      {props.children}
    </section>
  );
}

/** Which folds are open, by name. */
export interface IFolds {
  readonly isOpen: (name: string) => boolean;
  readonly toggle: (name: string, open: boolean) => void;
}

/** A part that is drawn only while it is open. */
export function Fold(props: {
  readonly name: string;
  readonly title: string;
  /** What stands beside the title, in short. */
  readonly hint?: string;
  readonly folds: IFolds;
  readonly children: () => React.ReactNode;
}): React.JSX.Element {
  const { name, title, hint, folds, children } = props;
  const open = folds.isOpen(name);
  return (
    <details
      className={`jp-xpt-Section jp-xpt-Fold jp-xpt-Section-${name}`}
      open={open}
      onToggle={event => {
        folds.toggle(name, event.currentTarget.open);
      }}
    >
      <summary>
        <h3>{title}</h3>
        {hint !== undefined && hint !== '' && <span className="jp-xpt-dim">{hint}</span>}
      </summary>
      {open && children()}
    </details>
  );
}

/** What went wrong, and a button to try again. */
export function Trouble(props: {
  readonly what: string;
  readonly again: () => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  return (
    <p className="jp-xpt-Trouble" role="alert">
      <span>{props.what}</span> <button onClick={props.again}>{props.trans.__('Try again')}</button>
    </p>
  );
}

/** Why something could not be read, as the end of a sentence. */
export function reasonOf(read: IRead<unknown>, trans: TranslationBundle): string {
  return read.waits
    ? trans.__('the server does not answer; it is asked again by itself')
    : (read.error ?? '');
}

/** Says that something is being read, once that takes a while. */
export function Waiting(props: { readonly what: string }): React.JSX.Element {
  return (
    <p className="jp-xpt-Waiting" role="status">
      {props.what}
    </p>
  );
}

/** How wide an element is, in pixels; 0 until it is drawn. */
export function useWidth(): readonly [(element: HTMLElement | null) => void, number] {
  const [width, setWidth] = React.useState(0);
  const [element, setElement] = React.useState<HTMLElement | null>(null);
  React.useLayoutEffect(() => {
    if (element === null) {
      return;
    }
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => {
      setWidth(element.clientWidth);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return [setElement, width];
}

/** Does something every so many milliseconds, while an element can be seen; nothing where `pause` is null. */
export function useBeat(element: React.RefObject<HTMLElement>, pause: number | null, beat: () => void): void {
  const latest = React.useRef(beat);
  latest.current = beat;
  React.useEffect(() => {
    if (pause === null) {
      return;
    }
    const timer = setInterval(() => {
      // A hidden panel has no place on the page, a hidden page none on the screen.
      if (!document.hidden && element.current?.getClientRects().length) {
        latest.current();
      }
    }, pause);
    return () => {
      clearInterval(timer);
    };
  }, [element, pause]);
}
