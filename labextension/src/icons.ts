/** Icons: what the panel is known by. */
import { LabIcon } from '@jupyterlab/ui-components';

/** The id of the sidebar's widget. */
export const PANEL_ID = 'jp-xpt-panel';

/** A small tree whose last member is the best. */
export const experimentsIcon = new LabIcon({
  name: 'jupyter-xpt:experiments',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="none" stroke="#616161" stroke-width="1.3">
    <path d="M3.2 4.6 V10.2 Q3.2 12.4 5.4 12.4 H10.4 M3.2 6 Q3.2 8 5.4 8 H6.4"/>
  </g>
  <g class="jp-icon3" fill="#616161">
    <circle cx="3.2" cy="3" r="2"/><circle cx="8.2" cy="8" r="2"/><path d="M12.6 9.2 L15.5 14.6 H9.7 Z"/>
  </g>
</svg>`
});
