// Builds a part of a drawing.

const NS = "http://www.w3.org/2000/svg";

export function svg(tag, props = {}, parent = null) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
}
