import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const START = '<svg';

/**
 * A plot of Observable Plot as SVG that stands in HTML and in XML, without the first four characters `<svg`, so that the page can add
 * attributes. Its styles are the page's.
 */
export function drawSvg(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({ ...options, document: document as never, figure: false });
  for (const style of svg.querySelectorAll('style')) style.remove();
  // The page scales it; its size is that of `viewBox`.
  for (const name of ['class', 'width', 'height', 'font-family']) svg.removeAttribute(name);
  return svg.outerHTML.slice(START.length);
}
