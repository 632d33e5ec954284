/* dom.js: the namespace, and how elements are made. Text from a log enters as text, never as markup. */
var Lab = {readers: [], tabs: []};

(() => {
  var SVG = 'http://www.w3.org/2000/svg';

  function fill(element, attributes, children) {
    for (var name in attributes || {}) {
      var value = attributes[name];
      if (value === undefined || value === null || value === false) {
        continue;
      }
      if (typeof value === 'function') {
        element.addEventListener(name, value);
      } else {
        element.setAttribute(name, value === true ? '' : value);
      }
    }
    Lab.put(element, children);
    return element;
  }

  Lab.put = (element, children) => {
    [].concat(children === undefined ? [] : children).forEach(child => {
      if (child !== null && child !== undefined && child !== false) {
        element.appendChild(child.nodeType ? child : document.createTextNode(child));
      }
    });
    return element;
  };
  /* el('p', {class: 'x', click: f}, ['text', other]) */
  Lab.el = (tag, attributes, children) => fill(document.createElement(tag), attributes, children);
  Lab.svg = (tag, attributes, children) => fill(document.createElementNS(SVG, tag), attributes, children);
  Lab.by = id => document.getElementById(id);
  Lab.clear = (element, children) => {
    element.textContent = '';
    return Lab.put(element, children);
  };
  /* An icon of 16 by 16: one path. */
  Lab.icon = d => Lab.svg('svg', {viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', class: 'icon'},
    Lab.svg('path', {d: d}));
  /* A picture with a name and a description for those who do not see it. */
  Lab.picture = (width, height, title, desc) =>
    Lab.svg('svg', {width: width, height: height, viewBox: '0 0 ' + width + ' ' + height, role: 'img'},
      [Lab.svg('title', {}, title), Lab.svg('desc', {}, desc)]);
  /* How wide words are, in the page's own font. */
  var pen = null, fonts = {};
  Lab.wide = (words, bold) => {
    pen = pen || document.createElement('canvas').getContext('2d');
    fonts.plain = fonts.plain || getComputedStyle(document.body).fontFamily;
    pen.font = (bold ? '600 ' : '') + '16px ' + fonts.plain;
    return pen.measureText(words).width;
  };
  /* JSON that the program has put into the page. */
  Lab.data = (id, otherwise) => {
    var element = Lab.by(id);
    return element ? JSON.parse(element.textContent) : otherwise;
  };
})();
