/** An element with its class and children; text is always text, never markup. */
export function element(tag, className = '', ...children) {
  const node = document.createElement(tag);
  if (className !== '') node.className = className;
  node.append(...children);
  return node;
}

/** Writes only what changed, so that a screen reader and the browser have nothing to do for the rest. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const byId = (id) => document.getElementById(id);
