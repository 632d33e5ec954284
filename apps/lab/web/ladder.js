/* ladder.js: the conversation from top to bottom: a line for each node, a sloped arrow for each packet. Only the rows
 * that are seen are drawn, so a long run costs no more than a short one. */
(() => {
  var {el, svg, t, clear, by, log, rowOf, token} = Lab;
  var ROW = 32, GUTTER = 70, MOST = 240;
  var box, spacer, view, picture, width = 0, following = true;

  Lab.ladderNodes = () => log.nodes().slice(0, 4);
  function places() {
    var nodes = Lab.ladderNodes(), x = {},
        note = Math.min(width / 4, Lab.wide('SYN-RECEIVED', true) + (Lab.tokens() > 1 ? 32 : 16));
    nodes.forEach((name, k) => x[name] = Math.round(GUTTER + note +
                    k * (width - GUTTER - note - (nodes.length > 2 ? 60 : note)) / Math.max(1, nodes.length - 1)));
    return x;
  }
  function y(row) { return row * ROW + ROW / 2; }

  function text(x, at, anchor, kind, words) {
    return svg('text', {x: x, y: at + 5, 'text-anchor': anchor, class: kind}, words);
  }

  /* ---- the arrow of a packet ---- */

  function longest(packet, room) {
    var labels = Lab.labels(packet);
    return labels.filter(label => Lab.wide(label) + 34 <= room)[0] || labels[labels.length - 1];
  }
  function shaft(packet, kind, x1, y1, x2, y2) {
    var out = [svg('line', {x1: x1, y1: y1, x2: x2, y2: y2, class: 'shaft ' + kind})];
    if (packet.again) {
      out.push(svg('line', {x1: x1, y1: y1 + 4, x2: x2, y2: y2 + 4, class: 'shaft ' + kind}));
    }
    return out;
  }
  function head(kind, x, at, slope, right) {
    return svg('path', {
      class: 'head ' + kind,
      d: 'M0 0L-11-5V5Z',
      transform: 'translate(' + x + ' ' + at + ')rotate(' + (right ? slope : 180 - slope) + ')'
    });
  }
  function cross(x, at, why) {
    return [
      svg('path', {class: 'lost-mark', d: 'M-7-7L7 7M7-7L-7 7', transform: `translate(${x} ${at})`}),
      svg('title', {}, why)
    ];
  }
  /* The packet itself: a box on its arrow, beside the sender. */
  function pill(packet, fate, kind, x, at, right, room) {
    var label = longest(packet, room), words = label.split(' '),
        wide = Math.round(Lab.wide(words[0], true) + Lab.wide(label.slice(words[0].length)) + 24),
        live = fate === 'flying' || fate === 'held';
    var left = right ? x + 14 : x - 14 - wide;
    var mark = fate === 'held' ? 'M4 8V22M9 8V22' : null;
    var name = t('packet_name', label, packet.from, packet.to, t('fate_' + fate));
    var group = svg('g', {
      class: 'packet ' + kind + ' ' + fate,
      tabindex: 0,
      role: 'button',
      'aria-label': name,
      'data-packet': packet.id,
      'aria-haspopup': Lab.live && live ? 'menu' : null
    },
      [
        svg('title', {}, name), svg('rect', {x: left, y: at - 13, width: wide, height: 26, rx: 13}),
        svg('text', {x: left + 11, y: at + 5},
          [svg('tspan', {class: 'flags'}, words[0]), words.length > 1 ? ' ' + words.slice(1).join(' ') : ''])
      ]);
    if (mark) {
      group.appendChild(svg('path', {
        class: 'held-mark',
        d: mark,
        transform: 'translate(' + (right ? left + wide + 4 : left - 18) + ' ' + (at - 15) + ')'
      }));
    }
    group.addEventListener('click', event => choose(packet, event));
    group.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        event.stopPropagation();
        choose(packet, event);
      }
    });
    return group;
  }
  function choose(packet, event) {
    var fate = Lab.fate(packet, Lab.at.i);
    if (Lab.live && Lab.atEnd() && (fate === 'flying' || fate === 'held')) {
      Lab.packetMenu(packet, event.currentTarget);
    } else {
      Lab.go(packet.tx || packet.rx, packet);
    }
  }
  /* How far it has come, 0 to 1: by the clock if its arrival is known, else a good half. */
  function progress(packet, fate) {
    var sent = packet.tx ? log.at(packet.tx).t : 0;
    if (fate === 'there') {
      return 1;
    }
    if (fate === 'held' || !packet.rx) {
      return 0.55;
    }
    return Math.max(0.04, Math.min(1, (Lab.at.t - sent) / (log.at(packet.rx).t - sent || 1)));
  }
  function drawPacket(packet, x, last, out, pills) {
    var fate = Lab.fate(packet, Lab.at.i), kind = Lab.kindOf(packet.seg) + (fate === 'unsent' ? ' ahead' : '');
    var x1 = x[packet.from], x2 = x[packet.to], right = x2 > x1, lost = packet.lost && fate !== 'flying';
    if (x1 === undefined || x2 === undefined) {
      return;
    }
    var end = packet.rxRow !== undefined ? packet.rxRow : lost ? packet.txRow + 0.9 : Math.max(packet.txRow + 1, last);
    var y1 = y(packet.txRow), y2 = y(end), toX = x2 - (right ? 6 : -6),
        part = fate === 'unsent' || lost ? 1 : progress(packet, fate);
    if (lost) {
      toX = x1 + (x2 - x1) * 0.8;
    }
    var nowX = x1 + (toX - x1) * part, nowY = y1 + (y2 - y1) * part;
    var slope = Math.atan2(y2 - y1, Math.abs(toX - x1)) * 180 / Math.PI;
    out.push.apply(out, shaft(packet, kind + (lost ? ' lost' : ''), x1, y1, nowX, nowY));
    if (part < 1 && packet.rxRow !== undefined) {
      out.push(svg('line', {x1: nowX, y1: nowY, x2: toX, y2: y2, class: 'shaft ahead rest'}));
    }
    if (lost) {
      out.push(svg('g', {}, cross(toX, y2, t('fate_lost') + ': ' + packet.why)));
    } else {
      out.push(head(kind, nowX, nowY, slope, right));
    }
    if (packet.tx) {
      var room = Math.abs(x2 - x1) - 40, down = Math.min(y2 - y1, 7) * 0.5;
      pills.push(pill(packet, fate, kind, x1, y1 + down, right, lost ? room * 0.8 : room));
    }
  }

  /* ---- rows ---- */

  function drawNote(row, x, at, k, out) {
    var words = row.state || (row.timer ? t('fires', row.timer) : row.call || row.note || ''), left = k === 0;
    var kind = row.state ? 'state' : row.timer ? 'timer' : row.call ? 'call' : 'note';
    if (!words) {
      return;
    }
    /* As Figure 5 writes them. */
    if (width < 560) {
      words = words.replace('ESTABLISHED', 'ESTAB').replace('RECEIVED', 'RCVD');
    }
    words = row.passing ? '(' + words + ')' : words;
    if (row.state && Lab.tokens() > 1) {
      words = left ? words + ' ' + token(row.n, row.c).letter : token(row.n, row.c).letter + ' ' + words;
    }
    out.push(
      text(x + (left ? -12 : 12), at, left ? 'end' : 'start', 'mark ' + kind + (row.ahead ? ' ahead' : ''), words));
  }
  function drawRow(row, k, x, nodes, now, out) {
    var at = y(k), shown = k === 0 || Lab.rows[k - 1].t !== row.t, ahead = row.i > Lab.at.i;
    row.ahead = ahead;
    if (k === now) {
      out.push(svg('rect', {class: 'now', x: 0, y: at - ROW / 2, width: width, height: ROW}));
    }
    if (row.gap) {
      var middle = (x[nodes[0]] + x[nodes[nodes.length - 1]]) / 2;
      out.push(text(GUTTER - 10, at, 'end', 'gap', '⋮'), text(middle, at, 'middle', 'gap', Lab.span(row.gap)));
      return;
    }
    if (shown) {
      out.push(text(GUTTER - 10, at, 'end', 'time' + (ahead ? ' ahead' : ''), Lab.time(row.t)));
    }
    if (row.wire) {
      out.push(
        text((x[nodes[0]] + x[nodes[nodes.length - 1]]) / 2, at, 'middle', 'wire' + (ahead ? ' ahead' : ''), row.wire));
      return;
    }
    if (x[row.n] !== undefined) {
      var index = nodes.indexOf(row.n);
      drawNote(row, x[row.n], at, index, out);
      if (row.state || row.timer) {
        out.push(svg('circle', {cx: x[row.n], cy: at, r: 4, class: 'dot' + (ahead ? ' ahead' : '')}));
      }
    }
  }
  function drawLines(x, nodes, first, last, out) {
    nodes.forEach(name => {
      out.push(svg('line', {class: 'life', x1: x[name], x2: x[name], y1: first * ROW, y2: (last + 1) * ROW}));
    });
  }
  function desc(first, last) { return t('ladder_desc', Lab.rows.length, first + 1, last + 1, Lab.at.i); }

  Lab.drawLadder = all => {
    if (!box) {
      return;
    }
    width = view.clientWidth || box.clientWidth;
    var rows = Lab.rows.length, x = places(), nodes = Lab.ladderNodes(), now = rowOf(Lab.at.i);
    var first = Math.max(0, Math.floor(box.scrollTop / ROW) - 1);
    var last = Math.min(rows - 1, all ? first + MOST : Math.ceil((box.scrollTop + box.clientHeight) / ROW) + 1);
    var focus = document.activeElement && document.activeElement.getAttribute('data-packet');
    var lines = [], out = [], pills = [], floor = Math.max(last, first + Math.ceil(box.clientHeight / ROW));
    drawLines(x, nodes, first, floor, lines);
    for (var k = first; k <= last; k++) {
      drawRow(Lab.rows[k], k, x, nodes, now, out);
    }
    Lab.crossing(first, last)
      .slice(0, MOST)
      .forEach(packet => drawPacket(packet, x, Math.min(now, last), lines, pills));
    clear(picture,
      [svg('title', {}, t('ladder')), svg('desc', {}, desc(first, last))].concat(
        out.filter(e => e.getAttribute('class') === 'now'), lines, out.filter(e => e.getAttribute('class') !== 'now'),
        pills));
    var top = first * ROW, high = (floor - first + 1) * ROW;
    picture.setAttribute('viewBox', '0 ' + top + ' ' + width + ' ' + high);
    picture.setAttribute('width', width);
    picture.setAttribute('height', high);
    picture.style.top = (all ? 0 : top) + 'px';
    /* On paper there is nothing to scroll. */
    if (all) {
      spacer.style.height = high + 'px';
    }
    if (focus) {
      var again = picture.querySelector('[data-packet="' + focus + '"]');
      if (again) {
        again.focus({preventScroll: true});
      }
    }
  };
  /* Brings the row of the position into view. */
  Lab.scrollLadder = () => {
    spacer.style.height = Lab.rows.length * ROW + 8 + 'px';
    var at = y(rowOf(Lab.at.i)), low = box.scrollTop + ROW, high = box.scrollTop + box.clientHeight - 2 * ROW;
    if (at < low || at > high) {
      box.scrollTop = Math.max(0, at - box.clientHeight * (at > high && Lab.playing ? 0.6 : 0.5));
    }
  };
  Lab.buildLadder = () => {
    box = by('ladder');
    view = el('div', {id: 'ladder-rows'});
    spacer = el('div', {});
    picture = svg('svg', {id: 'ladder-picture', role: 'img'});
    Lab.put(view, [spacer, picture]);
    clear(box, [el('div', {id: 'ladder-head'}), view]);
    box.addEventListener('scroll', () => requestAnimationFrame(() => Lab.drawLadder()));
    view.addEventListener('click', event => {
      if (event.target.closest('.packet')) {
        return;
      }
      var row = Lab.rows[Math.floor((event.clientY - view.getBoundingClientRect().top) / ROW)];
      if (row) {
        Lab.go(row.i);
      }
    });
  };
  Lab.drawLadderHead = () => {
    var x, headline = by('ladder-head');
    width = view.clientWidth;
    x = places();
    clear(headline, log.header.nodes.slice(0, 4).map(node => el('span', {style: 'left:' + x[node[0]] + 'px'}, [
      el('b', {}, node[0]), ' ' + node[1] + (node[2] ? ' · ' + t('kernel') : '')
    ])));
  };
})();
