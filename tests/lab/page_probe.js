/* page_probe.js: what the test of the page asks in the page itself. */
'use strict';

/* Every text that is seen, with the contrast between it and what it stands on (WCAG 2.1, 1.4.3): [ratio, text, class]
 * of those below 4.5. Large text would be allowed 3; it gets no leave here. */
function contrasts() {
  function colour(text) {
    const parts = /rgba?\(([^)]+)\)/.exec(text);
    return parts ? parts[1].split(',').map(Number) : null;
  }
  function luminance(rgb) {
    const linear =
      rgb.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4)));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }
  function ratio(a, b) {
    const x = luminance(a), y = luminance(b);
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  }
  function ground(element, x, y) {
    for (const below of document.elementsFromPoint(x, y)) {
      if (below === element || element.contains(below) || below.closest('text')) {
        continue;
      }
      const style = getComputedStyle(below), shape = below instanceof SVGElement && below.tagName !== 'svg';
      const paint = colour(shape ? style.fill : style.backgroundColor);
      if (paint && (paint.length < 4 || paint[3] === 1) && !(shape && style.fill === 'none') && below.tagName !== 'g') {
        return paint;
      }
    }
    return [255, 255, 255];
  }
  /* A text with a halo stands on its halo. */
  function halo(style) {
    return style.paintOrder.startsWith('stroke') && parseFloat(style.strokeWidth) >= 5 ? colour(style.stroke) : null;
  }
  const bad = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement, range = document.createRange();
    if (!node.textContent.trim() || element.closest('script,style,title,desc,noscript,option,[hidden]')) {
      continue;
    }
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
    if (!box.width || x < 0 || y < 0 || x > innerWidth || y > innerHeight) {
      continue;
    }
    const top = document.elementsFromPoint(x, y), mine = element.closest('text') || element;
    if (!top.some((e) => e === mine || mine.contains(e))) {
      continue;
    }
    const style = getComputedStyle(element), ink = colour(element instanceof SVGElement ? style.fill : style.color);
    const value = ratio(ink, halo(style) || ground(mine, x, y));
    seen++;
    if (value < 4.5) {
      bad.push([Math.round(value * 100) / 100, node.textContent.trim(), mine.getAttribute('class') || mine.tagName]);
    }
  }
  return {seen, bad};
}

/* Texts smaller than 16 pixels. */
function small() {
  const bad = [];
  document.querySelectorAll('body *').forEach((element) => {
    const own = Array.from(element.childNodes).some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.closest('script,style,title,desc,noscript,[hidden]')) {
      return;
    }
    const box = element.getBoundingClientRect(), size = parseFloat(getComputedStyle(element).fontSize);
    const svg = element.closest('svg'), view = svg && svg.viewBox.baseVal;
    const scale = view && view.width ? svg.getBoundingClientRect().width / view.width : 1;
    if (box.width && size * scale < 15.9) {
      bad.push(element.tagName + ' ' + (size * scale).toFixed(1) + ' ' + element.textContent.trim().slice(0, 30));
    }
  });
  return bad;
}

/* Pictures without a role, a name or a description. */
function unnamed() {
  return Array.from(document.querySelectorAll('svg'))
    .filter((svg) => svg.getAttribute('aria-hidden') !== 'true' &&
        !(svg.getAttribute('role') === 'img' && svg.querySelector('title') && svg.querySelector('desc') &&
          svg.querySelector('title').textContent && svg.querySelector('desc').textContent))
    .length;
}

function state(slot) {
  return Array.from(document.querySelectorAll('#machine' + slot + ' .state.here'))
    .map((g) => g.querySelector('text').textContent)
    .join(' ');
}

/* How far the newest token is from the box of that state, in pixels. */
function distance(slot, name) {
  const people = document.querySelectorAll('#machine' + slot + ' .person');
  const token = people[people.length - 1].getBoundingClientRect();
  return Math.min.apply(null,
    Array.from(document.querySelectorAll('#machine' + slot + ' .state'))
      .filter((g) => g.querySelector('text').textContent === name)
      .map((g) => {
        const box = g.querySelector('rect').getBoundingClientRect();
        return Math.hypot(box.left - (token.left + token.width / 2), box.top - (token.top + token.height / 2));
      }));
}

exports.source = [contrasts, small, unnamed, state, distance].map(String).join('\n');
