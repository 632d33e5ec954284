/* fsm.js: the state diagram of one node, at the places of Figure 5. Solid: Figure 5 draws it. Dotted: its notes or the
 * text have it. Dashed: an extension. Arrows that Figure 5 does not draw appear when they are walked, or on U. */
(() => {
  var {el, svg, t, clear, put, log} = Lab;
  var diagrams = [], machine = Lab.machine, BOX = [machine.size[2], 28];
  Lab.undrawn = false;

  /* A path of the layout in a picture of another size: numbers in turn are x and y, after V only y, after H only x. */
  function scaled(d, sx, sy) {
    return d.replace(/([MLQCVH])([^MLQCVHZ]*)/g, (all, command, numbers) => {
      var k = 0;
      return command + numbers.replace(/-?\d+(\.\d+)?/g, n => {
        var vertical = command === 'V' || (command !== 'H' && k++ % 2 === 1);
        return String(Math.round(n * (vertical ? sy : sx) * 10) / 10);
      });
    });
  }
  class Diagram {
    constructor(box, slot) {
      this.box = box;
      this.slot = slot;
      this.tokens = {};
      this.key = '';
    }
    node() { return Lab.view.nodes[this.slot]; }

    build() {
      var nodes = log.nodes();
      this.head = el('h2', {}, nodes.length > 2 ? this.chooser(nodes) : this.node());
      this.about = el('span', {class: 'muted'});
      this.stage = el('div', {class: 'stage'});
      this.tokens = {};
      this.key = '';
      clear(this.box, [el('div', {class: 'bar'}, [this.head, this.about]), this.stage]);
      this.size();
    }
    /* Of more than two nodes, the one that is shown here. */
    chooser(nodes) {
      var choose = event => {
        Lab.view.nodes[this.slot] = event.target.value;
        this.build();
        Lab.draw();
      };
      var options = nodes.map(n => el('option', {value: n, selected: n === this.node()}, n));
      return el('select', {'aria-label': t('node'), change: choose}, options);
    }
    size() {
      var w = Math.min(520, Math.max(330, this.stage.clientWidth)),
          h = Math.max(262, Math.min(430, this.stage.clientHeight || 300));
      if (w + 'x' + h === this.key) {
        return;
      }
      this.key = w + 'x' + h;
      this.sx = w / machine.size[0];
      this.sy = h / machine.size[1];
      this.wide = BOX[0] * this.sx;
      this.high = Math.max(26, 28 * this.sy);
      this.picture = Lab.picture(w, h, t('machine_of', this.node()), '');
      this.desc = this.picture.querySelector('desc');
      this.arrows = svg('g');
      this.boxes = svg('g');
      this.people = svg('g');
      this.words = svg('g', {class: 'arrow TEXT'});
      put(this.picture, [this.arrows, this.boxes, this.words, this.people]);
      clear(this.stage, this.picture);
      this.tokens = {};
      this.drawBoxes();
    }
    drawBoxes() {
      this.box_of = {};
      machine.places.forEach(place => {
        var x = place.x * this.sx, y = place.y * this.sy;
        var group = svg('g', {class: 'state', transform: `translate(${x} ${y})`}, [
          svg('rect', {x: -this.wide / 2, y: -this.high / 2, width: this.wide, height: this.high, rx: 5}),
          svg('text', {
            y: 5,
            'text-anchor': 'middle',
            textLength: Lab.wide(place.name, true) > this.wide - 6 ? this.wide - 10 : null,
            lengthAdjust: 'spacingAndGlyphs'
          },
            place.name)
        ]);
        this.box_of[place.name + (place.end ? '$' : '')] = group;
        this.boxes.appendChild(group);
      });
    }
    /* Every arrow that is to be seen: those of Figure 5 always, others when they were walked. */
    drawArrows(home, lately) {
      var keys = {}, walked = home ? home.edges : {};
      machine.paths.forEach(path => {
        var key = path.from + '>' + (path.via ? path.via + '>' : '') + path.to, edge = machine.edges[key];
        if (walked[key] || Lab.undrawn || (!path.via && (!edge || edge.src === 'FIG5'))) {
          keys[key] = true;
        }
      });
      clear(this.words);
      clear(this.arrows, Object.keys(keys).map(key => this.arrow(key, walked[key] || 0, lately === key)));
      Object.keys(walked).forEach(key => {
        if (!keys[key] && walked[key] > 0) {
          put(this.arrows, this.arrow(key, walked[key], lately === key));
        }
      });
    }
    straight(key) {
      var ends = key.split('>'), a = machine.place(ends[0]), b = machine.place(ends[ends.length - 1], true);
      return a && b ? 'M' + a.x + ' ' + a.y + 'L' + b.x + ' ' + b.y : 'M0 0';
    }
    arrow(key, visits, lately) {
      var path = machine.path(key), edge = machine.edges[key], two = key.split('>').length === 3;
      var d = scaled(path ? path.d : this.straight(key), this.sx, this.sy);
      var kind = two ? 'TEXT'
        : edge       ? edge.src
                     : 'none',
          group = svg('g', {class: 'arrow ' + kind + (visits ? ' walked' : '') + (lately ? ' lately' : '')});
      var words = key.replace(/>/g, ' → ') + (two ? ' · ' + t('two_steps') : '') + ' · ' +
        (edge ? edge.rows.map(n => machine.rows[n].event.replace(/_/g, ' ')).join(', ') : '') + ' · ' +
        t('visits', visits);
      put(group, [
        svg('title', {}, words), svg('path', {d: d, class: 'wide'}), svg('path', {
          d: d,
          class: 'line',
          'stroke-width': visits ? Math.min(5, 1.4 + Math.log2(visits + 1) * 0.7) : 1.2,
          'marker-end': 'url(#tip' +
            (lately      ? '-lately'
                : visits ? '-walked'
                         : '') +
            ')'
        })
      ]);
      if (two && visits && path) {
        put(this.words, svg('text', {x: path.x * this.sx, y: path.y * this.sy + 5}, t('two_steps')));
      }
      return group;
    }
    /* Where a token stands: on the left shoulder of its box, the next ones beside it. */
    place(c, n) {
      var ended = c.st === 'CLOSED' && (c.last && c.last.from !== 'LISTEN' && c.last.from !== '');
      var place = machine.place(c.st || 'CLOSED', ended || c.gone);
      return place ? [place.x * this.sx - this.wide / 2 - 3 + n * 17, place.y * this.sy - this.high / 2 - 2] : null;
    }
    drawTokens(home) {
      var seen = {}, heap = {}, list = home ? Object.keys(home.conns).map(c => home.conns[c]) : [];
      var newest = list.filter(c => !c.gone), gone = list.filter(c => c.gone && !c.vanished);
      if (newest.length === 0 || newest.every(c => c.listener)) {
        newest = newest.concat(gone.slice(-1));
      }
      newest.forEach(c => {
        var state = c.st + (c.gone ? '$' : ''), n = heap[state] = (heap[state] || 0) + 1;
        var at = n < 6 && this.place(c, n - 1), id = 't' + c.c;
        if (at) {
          seen[id] = true;
          this.token(id, c, at);
        }
      });
      Object.keys(this.tokens).forEach(id => {
        if (!seen[id]) {
          this.tokens[id].remove();
          delete this.tokens[id];
        }
      });
      return heap;
    }
    token(id, c, at) {
      var token = Lab.token(c.node, c.c), element = this.tokens[id];
      if (!element) {
        element = this.tokens[id] = svg('g', {class: 'person'}, Lab.drawToken(token, 0.9));
        var parent = c.parent && this.tokens['t' + c.parent];
        element.style.transform = parent ? parent.style.transform : `translate(${at[0]}px,${at[1]}px)`;
        this.people.appendChild(element);
        element.getBoundingClientRect();
      }
      element.classList.toggle('gone', !!c.gone);
      element.classList.toggle('hollow', !!c.inferred);
      element.style.transform = `translate(${at[0]}px,${at[1]}px)`;
    }
    markBoxes(home, heap) {
      Object.keys(this.box_of).forEach(name => {
        var group = this.box_of[name], plain = name.replace('$', ''), here = heap[name] || 0;
        group.setAttribute('class', 'state' + (here ? ' here' : '') + (home && home.visits[plain] ? ' visited' : ''));
        var count = group.querySelector('.heap');
        if (count) {
          count.remove();
        }
        if (here > 5) {
          group.appendChild(svg(
            'text', {class: 'heap', x: this.wide / 2 + 12, y: -this.high / 2 - 2, 'text-anchor': 'end'}, '×' + here));
        }
      });
    }
    draw(state) {
      var name = this.node(), home = state.nodes[name], event = log.at(state.i), c = Lab.newest(state, name);
      var lately = event && event.n === name && event.ev === 'state' ? this.latest(home, event) : null;
      this.size();
      this.drawArrows(home, lately);
      this.markBoxes(home, this.drawTokens(home));
      var words = c ? (c.st || 'CLOSED') + (c.error ? ' · ' + c.error : '') : 'CLOSED';
      this.about.textContent = (log.kernel(name) ? t('kernel') + ' · ' : '') +
        (c && c.local && !c.listener ? c.local : '') + (c && c.error ? ' · ' + c.error : '');
      this.desc.textContent = t('machine_desc', name, words);
    }
    latest(home, event) {
      var c = home.conns[event.c];
      return c && c.last && c.last.i === event.i ? c.last.key : null;
    }
  }

  function tip(id) {
    return svg('marker', {
      id: id,
      viewBox: '0 0 10 10',
      refX: 8.5,
      refY: 5,
      markerWidth: 8,
      markerHeight: 8,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto'
    },
      svg('path', {d: 'M0 1L10 5L0 9Z'}));
  }
  Lab.buildMachines = () => {
    document.body.appendChild(svg('svg', {width: 0, height: 0, 'aria-hidden': 'true', class: 'defs'},
      svg('defs', {}, [tip('tip'), tip('tip-walked'), tip('tip-lately')])));
    diagrams = [0, 1].map(slot => new Diagram(Lab.by('machine' + slot), slot));
  };
  Lab.dressMachines = () => {
    diagrams.forEach(diagram => diagram.build());
  };
  Lab.drawMachines = state => {
    diagrams.forEach(diagram => diagram.draw(state));
  };
})();
