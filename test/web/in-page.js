// @ts-check
/* Functions that tests run inside the page. */
/* oxlint-disable unicorn/consistent-function-scoping -- each is sent to the page as the text of one function */

/**
 * Every text whose contrast with its background is lower than WCAG 2.2 requires (1.4.3: 4.5 to 1; 3 to 1 from 24 px on), as
 * "text: ratio". Colours are read from pixels, so that every notation works.
 */
export function lowContrasts() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!canvas) return ['no canvas'];
  const rgba = (/** @type {string} */ color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const luminance = (/** @type {readonly number[]} */ color) => {
    const [r = 0, g = 0, b = 0] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (/** @type {Element} */ start) => {
    for (let element = /** @type {Element | null} */ (start); element; element = element.parentElement) {
      const color = rgba(getComputedStyle(element).backgroundColor);
      if (color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  /** @type {string[]} */
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent?.trim() ?? '';
    if (!element || text === '' || !element.checkVisibility() || element.closest('noscript, option'))
      continue;
    const style = getComputedStyle(element);
    const [light = 0, dark = 0] = [luminance(rgba(style.color)), luminance(backgroundOf(element))].toSorted(
      (a, b) => b - a,
    );
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < (Number.parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
      found.push(`${text}: ${ratio.toFixed(2)}`);
  }
  return found;
}

/** By how many pixels the page is wider than its window. */
export function overflow() {
  return document.documentElement.scrollWidth - innerWidth;
}

/** What the page does every five seconds. */
export function pollNow() {
  document.dispatchEvent(new Event('visibilitychange'));
}

/** Clickable elements whose height is too small for a finger. */
export function lowControls() {
  return [...document.querySelectorAll('button, select, a')].flatMap((element) => {
    const { height } = element.getBoundingClientRect();
    return height < 20 ? [`${element.textContent}: ${height}`] : [];
  });
}

/** @param {Element} element */
export function hasFocus(element) {
  return element === document.activeElement;
}
