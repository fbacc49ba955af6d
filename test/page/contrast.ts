import type { Page } from 'playwright-core';

/**
 * Texts on the page that are harder to read than WCAG AA allows: 4.5 to 1, for large text 3 to 1. Runs in the page, so it is
 * text here; the background is that of the nearest ancestor that has one.
 */
const script = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const backgroundOf = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] === undefined || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const faults = [];
  let seen = 0;
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== '');
    const box = node.getBoundingClientRect();
    if (!own || box.width <= 1 || box.height === 0) continue;
    seen += 1;
    const style = getComputedStyle(node);
    const ink = parse(node.namespaceURI.endsWith('svg') ? style.fill : style.color);
    const [high, low] = [light(ink), light(backgroundOf(node))].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faults.push(node.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return { seen, faults };
})()`;

export async function hardToRead(page: Page): Promise<{ seen: number; faults: string[] }> {
  return page.evaluate(script);
}
