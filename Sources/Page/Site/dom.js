// Builds DOM nodes. Text is only ever text: nothing in this page parses markup.

/// An element: `el('p', { class: 'hint' }, 'Words')`. Properties that begin with "on" are
/// listeners, true and false set or leave out an attribute, null leaves it out.
export function el(tag, properties = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
        else if (name === 'value') node.value = value;
        else if (value === true) node.setAttribute(name, '');
        else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...flat(children));
    return node;
}

/// A drawing of lines: `drawing(24, 'M1 1h8')`; it has no meaning of its own.
export function drawing(size, path, properties = {}) {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    const all = { viewBox: `0 0 ${size} ${size}`, 'aria-hidden': 'true', ...properties };
    for (const [name, value] of Object.entries(all)) svg.setAttribute(name, value);
    const line = document.createElementNS(space, 'path');
    line.setAttribute('d', path);
    line.setAttribute('fill', 'none');
    line.setAttribute('stroke', 'currentColor');
    line.setAttribute('stroke-width', '1.5');
    svg.append(line);
    return svg;
}

/// Text that keeps its own direction inside a line of another.
export const apart = (text, direction = 'auto') => el('bdi', { dir: direction }, text);

function flat(children) {
    return children.flat(Infinity).filter((child) => child != null && child !== false);
}
