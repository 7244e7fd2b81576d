/** The part of Plotly that is used; the package has no types. */
declare module 'plotly.js-strict-dist-min' {
  interface Figure {
    data: unknown[];
    layout: object;
    config: object;
    frames?: unknown[];
  }
  const Plotly: {
    /** Draws a figure into an element. It is rejected when a part of it cannot be loaded. */
    newPlot(host: HTMLElement, figure: Figure): Promise<unknown>;
    /** Removes a figure and all its listeners. */
    purge(host: HTMLElement): void;
  };
  export default Plotly;
}
