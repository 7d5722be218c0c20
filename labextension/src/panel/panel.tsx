/** Panel: the sidebar, from its header down to the chosen experiment. */
import { ReactWidget, UseSignal } from '@jupyterlab/apputils';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { Acting } from '../acting';
import type { IDetailProps } from '../acts';
import { FirstPage } from './empty';
import { filter as filterOf } from '../leaves/filter';
import { Header } from './header';
import { experimentsIcon, PANEL_ID } from '../icons';
import { endedRuns } from '../leaves/known';
import { openRowMenu, openSeriesMenu } from '../menus';
import type { ITrouble, Model } from '../model';
import type { IPreferences } from '../preferences';
import { DEFAULTS } from '../preferences';
import { shownRows } from '../leaves/rows';
import { scaleOf } from '../leaves/scale';
import { ROW } from './row';
import { Split } from './split';
import type { ILineage } from '../tokens';
import { Tree } from './tree';
import type { ITreeActs } from './tree';
import { measuredOf, padded, signOf, signWords, verdictOf } from '../leaves/words';

/** How long the arrow keys must rest before the detail follows them, in ms. */
const SETTLE = 120;

interface IPanelProps {
  readonly app: JupyterFrontEnd;
  readonly model: Model;
  readonly acts: Acting;
  readonly preferences: IPreferences;
  readonly detail: React.ComponentType<IDetailProps>;
  readonly trans: TranslationBundle;
}

/** A value that has not changed for a while. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = React.useState(value);
  React.useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(value);
    }, SETTLE);
    return () => {
      clearTimeout(timer);
    };
  }, [value]);
  return settled;
}

/** Why nothing fresh is shown, and that it mends itself. */
function Trouble(props: {
  readonly trouble: ITrouble;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { trouble, trans } = props;
  const said =
    trouble.status === null
      ? trans.__('The server does not answer; trying again.')
      : trans.__('The server refuses: %1. Trying again.', trouble.message);
  return (
    <div className="jp-xpt-line jp-xpt-mod-error" role="status">
      {said}
    </div>
  );
}

/** All values that strips of a series show. */
function valuesOf(lineage: ILineage, metric: string | null): readonly number[] {
  return lineage.rows.flatMap(row => [
    ...(measuredOf(row, metric)?.values ?? []),
    ...(metric === null ? [] : (row.running?.values[metric] ?? []))
  ]);
}

/** What to say to who cannot see it: how many a filter finds, and runs that are over. */
function useNews(model: Model, found: string, trans: TranslationBundle): string {
  const [news, setNews] = React.useState('');
  const before = React.useRef(model.known);
  React.useEffect(() => {
    const ended = endedRuns(before.current, model.known)[0];
    before.current = model.known;
    if (ended !== undefined) {
      const { row, series } = ended;
      const metric = row.primary;
      const said = verdictOf(row, metric)?.sentence ?? signWords(signOf(row, metric), trans);
      setNews(`${series} ${padded(row.number)}: ${said}`);
    }
  }, [model.known, trans]);
  React.useEffect(() => {
    setNews(found);
  }, [found]);
  return news;
}

function PickedBar(props: IPanelProps): React.JSX.Element | null {
  const { model, acts, trans } = props;
  const n = model.picked.size;
  if (n === 0) {
    return null;
  }
  const fits = n >= 2 && n <= 6;
  return (
    <div className="jp-xpt-picked">
      <span>
        {n > 6
          ? trans.__('%1 picked; at most 6 can be compared', n)
          : n === 1
            ? trans.__('1 picked; pick one more to compare')
            : trans.__('%1 picked', n)}
      </span>
      <button
        className="jp-xpt-button jp-xpt-mod-accent"
        disabled={!fits}
        onClick={() => {
          acts.compare(Array.from(model.picked));
        }}
      >
        {trans.__('Compare')}
      </button>
      <button
        className="jp-xpt-button"
        onClick={() => {
          model.unpick();
        }}
      >
        {trans.__('Clear')}
      </button>
    </div>
  );
}

/** What the tree can have done to it. */
function useTreeActs(props: IPanelProps, setEditing: (number: number | null) => void): ITreeActs {
  const { app, model, acts } = props;
  return React.useMemo(
    () => ({
      choose: (number, event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) {
          model.pick(number);
        } else {
          acts.choose(number);
        }
      },
      go: number => {
        acts.choose(number);
      },
      open: number => {
        acts.open(number);
      },
      star: (number, star) => {
        acts.edit(number, { star });
      },
      fold: number => {
        model.fold(number);
      },
      menu: (number, event) => {
        event.preventDefault();
        event.stopPropagation();
        acts.choose(number);
        openRowMenu(app, number, event.clientX, event.clientY);
      },
      keyMenu: (number, at) => {
        openRowMenu(app, number, at.left + 24, at.bottom);
      },
      pick: number => {
        model.pick(number);
      },
      edit: number => {
        setEditing(number);
      },
      rename: (number, note) => {
        setEditing(null);
        if (note !== null && note.trim() !== model.row(number)?.note) {
          acts.edit(number, { note: note.trim() });
        }
        document.querySelector<HTMLElement>(`#${PANEL_ID} .jp-xpt-tree`)?.focus();
      },
      remove: number => {
        acts.remove(number);
      }
    }),
    [app, model, acts, setEditing]
  );
}

function Detail(props: IPanelProps & { readonly lineage: ILineage }): React.JSX.Element {
  const { model, lineage, trans } = props;
  const number = useSettled(model.chosen);
  const row = model.row(number);
  const at = number === null ? null : model.at(number);
  if (row === null || at === null) {
    return <div className="jp-xpt-empty">{trans.__('Choose an experiment to see all about it.')}</div>;
  }
  const Inside = props.detail;
  return (
    <Inside
      // Another experiment begins anew: nothing of the last one's logs and pictures stays.
      key={`${at.place}/${at.series}/${at.number}`}
      settings={model.settings}
      at={at}
      row={row}
      lineage={lineage}
      metric={model.metric}
      revision={model.stamp(row.number)}
      acts={props.acts}
      trans={trans}
    />
  );
}

/** The list, with what belongs to it. */
function Lineage(
  props: IPanelProps & { readonly lineage: ILineage; readonly filter: ReturnType<typeof filterOf> }
): React.JSX.Element {
  const { model, lineage, filter, trans } = props;
  const { metric, sort, folded, picked } = model;
  const [editing, setEditing] = React.useState<number | null>(null);
  const acts = useTreeActs(props, setEditing);
  const shown = React.useMemo(
    () => shownRows(lineage, { sort, metric, folded, matches: filter.empty ? null : filter.matches }),
    [lineage, sort, metric, folded, filter]
  );
  const scale = React.useMemo(() => scaleOf(valuesOf(lineage, metric)), [lineage, metric]);
  const matching = React.useMemo(() => shown.filter(one => one.matches).length, [shown]);
  const all = lineage.rows.length;
  const count = filter.empty
    ? trans._n('%1 experiment', '%1 experiments', all)
    : trans.__('%1 of %2', matching, all);
  const news = useNews(model, filter.empty ? '' : trans.__('%1 of %2 experiments', matching, all), trans);
  return (
    <div className="jp-xpt-lineage">
      <Tree
        lineage={lineage}
        shown={shown}
        from={`${sort} ${model.line}`}
        metric={metric}
        scale={scale}
        chosen={model.chosen}
        picked={picked}
        editing={editing}
        interval={props.preferences.interval}
        acts={acts}
        trans={trans}
      />
      {shown.length === 0 && <div className="jp-xpt-nothing">{trans.__('No experiment matches.')}</div>}
      <PickedBar {...props} />
      <div className="jp-xpt-footer">
        <span>{count}</span>
        <span className="jp-xpt-luck" title={lineage.comparisons}>
          {lineage.comparisons}
        </span>
      </div>
      <div className="jp-xpt-news" aria-live="polite" role="status">
        {news}
      </div>
    </div>
  );
}

/** What is shown where there is no series. */
function Nothing(props: IPanelProps): React.JSX.Element {
  const { model, trans } = props;
  const { places, trouble, place, known } = model;
  if (places === null || (place !== null && known.revision === null)) {
    return (
      <div className="jp-xpt-empty jp-xpt-mod-quiet">{trouble === null ? trans.__('Reading…') : ''}</div>
    );
  }
  if (places.length === 0) {
    return (
      <div className="jp-xpt-empty">
        <p>
          {trans.__('Experiments are shown where notebooks are files on the server, and here they are not.')}
        </p>
      </div>
    );
  }
  return (
    <FirstPage
      folder={place?.path ?? model.folder}
      others={places.filter(one => one.experiments && one.place !== place?.place)}
      choosePlace={id => {
        model.choosePlace(id);
      }}
      trans={trans}
    />
  );
}

function Whole(props: IPanelProps): React.JSX.Element {
  const { app, model, acts, trans } = props;
  const { lineage, metric, line } = model;
  const metrics = lineage?.metrics ?? [];
  const filter = React.useMemo(
    () => filterOf(line, metrics, metric),
    // The metrics are the same as long as their names are.
    [line, metrics.join('\n'), metric]
  );
  return (
    <div className="jp-xpt-whole">
      <Header
        model={model}
        lineage={lineage}
        unknown={filter.unknown}
        acts={{
          menu: at => {
            openSeriesMenu(app, at.left, at.bottom);
          },
          setGoal: (name, goal) => {
            acts.setGoal(name, goal);
          },
          pin: number => {
            acts.pin(number);
          }
        }}
        trans={trans}
      />
      {model.trouble !== null && <Trouble trouble={model.trouble} trans={trans} />}
      {lineage === null ? (
        <Nothing {...props} />
      ) : (
        <Split
          top={<Lineage {...props} lineage={lineage} filter={filter} />}
          bottom={<Detail {...props} lineage={lineage} />}
          share={model.share}
          enough={(lineage.rows.length + 2) * ROW}
          setShare={share => {
            model.setShare(share);
          }}
          label={trans.__('Height of the list')}
        />
      )}
    </div>
  );
}

/** The sidebar. */
export class ExperimentsPanel extends ReactWidget {
  constructor(private readonly props: Omit<IPanelProps, 'preferences'>) {
    super();
    this.id = PANEL_ID;
    this.addClass('jp-xpt-panel');
    this.title.icon = experimentsIcon;
    this.title.caption = props.trans.__('Experiments');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', props.trans.__('Experiments'));
    document.addEventListener('visibilitychange', this.look);
  }

  setPreferences(preferences: IPreferences): void {
    this.preferences = preferences;
    this.update();
  }

  override dispose(): void {
    document.removeEventListener('visibilitychange', this.look);
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    return (
      <UseSignal signal={this.props.model.changed}>
        {() => <Whole {...this.props} preferences={this.preferences} />}
      </UseSignal>
    );
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.look();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.look();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.look();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    // Where there is no list yet, the panel itself, so that Tab goes on from here.
    (this.node.querySelector<HTMLElement>('.jp-xpt-tree') ?? this.node).focus();
  }

  private readonly look = (): void => {
    this.props.model.see(this.isVisible && !document.hidden);
  };

  private preferences: IPreferences = DEFAULTS;
}
