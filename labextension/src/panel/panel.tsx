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
import { spread } from '../leaves/parameters';
import type { ISpread } from '../leaves/parameters';
import { Lineage } from './lineage';
import { Header } from './header';
import { experimentsIcon, PANEL_ID } from '../icons';
import { openSeriesMenu } from '../menus';
import type { ITrouble, Model } from '../model';
import type { IPreferences } from '../preferences';
import { DEFAULTS } from '../preferences';
import { ROW } from './gutter';
import { Split } from './split';
import type { ILineage } from '../tokens';

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
      folds={{
        isOpen: part => model.isOpen(part),
        setOpen: (part, open) => {
          model.setOpen(part, open);
        }
      }}
      acts={props.acts}
      trans={trans}
    />
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
  const rows = lineage?.rows;
  const spreads = React.useMemo(() => {
    let found: ReadonlyMap<string, ISpread> | null = null;
    // Ten thousand experiments are looked through only where somebody asks.
    return () => (found ??= spread(rows ?? []));
  }, [rows]);
  const parameters = line === '' ? [] : Array.from(spreads().keys());
  const filter = React.useMemo(
    () => filterOf(line, { metrics, metric, parameters }),
    // The metrics and parameters are the same as long as their names are.
    [line, metrics.join('\n'), metric, parameters.join('\n')]
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
          top={<Lineage {...props} lineage={lineage} filter={filter} spreads={spreads} />}
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
