// @ts-check
/**
 * An element with attributes and children; text is always text, never markup. `false` and `undefined` leave an attribute out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | undefined>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined>} attributes
 * @param {(Node | string)[]} children
 */
export function s(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/**
 * @param {Element} element
 * @param {Record<string, string | boolean | undefined>} attributes
 */
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
}

/**
 * The element of the page with this id, which index.html has.
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}

/**
 * Updates a list element to show the items. An item that was there keeps its element, and with it the focus and what is open.
 * @template Item
 * @template {{ element: HTMLElement, update(item: Item): void }} Row
 * @param {HTMLElement} list
 * @param {Map<string, Row>} rows
 * @param {Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {(item: Item) => Row} create
 */
export function keepRows(list, rows, items, keyOf, create) {
  const keys = new Set(items.map(keyOf));
  for (const [key, row] of rows) {
    if (!keys.has(key)) {
      row.element.remove();
      rows.delete(key);
    }
  }
  let before = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const row = rows.get(key) ?? create(item);
    rows.set(key, row);
    row.update(item);
    // Moving an element removes the focus from its content, so only elements in a wrong place are moved.
    if (row.element === before) before = before.nextElementSibling;
    else list.insertBefore(row.element, before);
  }
}
