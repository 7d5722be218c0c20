/** Tabs: differences and comparisons, in the main area. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, ReactWidget, UseSignal } from '@jupyterlab/apputils';
import * as React from 'react';

import type { Acting, IWhere } from './acting';
import { experimentsIcon } from './icons';
import { padded } from './leaves/words';
import type { Model } from './model';
import type { ILineage } from './tokens';
import { Compare } from './wide/compare';
import { Diff } from './wide/diff';

/** What a tab is drawn from. */
interface ITab extends IWhere {
  readonly app: JupyterFrontEnd;
  readonly model: Model;
  readonly id: string;
  readonly numbers: readonly number[];
  /** `null` while the panel shows another place, or does not know the series. */
  readonly draw: (lineage: ILineage | null) => React.JSX.Element;
}

class Tab extends ReactWidget {
  constructor(private readonly tab: ITab) {
    super();
    this.addClass('jp-xpt-tab');
  }

  protected override render(): React.JSX.Element {
    const { model, place, series, draw } = this.tab;
    return (
      <UseSignal signal={model.changed}>
        {() => draw(model.place?.place === place ? (model.known.series.get(series) ?? null) : null)}
      </UseSignal>
    );
  }
}

/** Show a tab, the one that is open already where there is one. */
function openTab(tab: ITab): void {
  const { shell } = tab.app;
  const id = `jp-xpt-${tab.id}-${tab.place}-${tab.series}-${tab.numbers.join('-')}`;
  const open = ['main', 'down'].flatMap(area => Array.from(shell.widgets(area)));
  if (open.every(widget => widget.id !== id)) {
    const widget = new MainAreaWidget({ content: new Tab(tab) });
    widget.id = id;
    // Beside itself an experiment shows its source.
    widget.title.label = Array.from(new Set(tab.numbers), padded).join(tab.id === 'diff' ? ' → ' : ' · ');
    widget.title.caption = tab.series;
    widget.title.icon = experimentsIcon;
    widget.title.closable = true;
    shell.add(widget, 'main', { mode: 'tab-after' });
    if (!widget.isAttached) {
      // Notebook 7 shows one document and nothing beside it, but has room below.
      widget.addClass('jp-xpt-below');
      shell.add(widget, 'down');
    }
  }
  shell.activateById(id);
}

/** Show in a tab what differs between two experiments. */
export function showDiff(acts: Acting, where: IWhere, numbers: readonly [number, number]): void {
  const { app, model, trans } = acts.stage;
  const [left, right] = numbers;
  openTab({
    ...where,
    app,
    model,
    id: 'diff',
    numbers,
    draw: () => (
      <Diff {...where} settings={model.settings} left={left} right={right} acts={acts} trans={trans} />
    )
  });
}

/** Show in a tab what differs between several experiments. */
export function showComparison(acts: Acting, where: IWhere, numbers: readonly number[]): void {
  const { app, model, trans } = acts.stage;
  openTab({
    ...where,
    app,
    model,
    id: 'comparison',
    numbers,
    draw: lineage =>
      lineage === null ? (
        <p className="jp-xpt-empty">{trans.__('The panel shows another folder now.')}</p>
      ) : (
        <Compare
          settings={model.settings}
          place={where.place}
          lineage={lineage}
          numbers={numbers}
          metric={model.lineage?.series === where.series ? model.metric : lineage.primary}
          acts={acts}
          trans={trans}
        />
      )
  });
}
