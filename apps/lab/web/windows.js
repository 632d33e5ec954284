/* windows.js: the send and the receive sequence space of one connection, as Figures 3 and 4 of RFC 9293 draw them: the
 * line of all sequence numbers, cut where UNA, NXT and the window's edge are. */
(() => {
  var {el, svg, t, minus, octets, shown} = Lab;
  var H = 80, EDGE = 0.14;

  /* From sequence numbers to places: what is past and what may not come yet get a fixed share, the middle is to scale,
   * but nothing that is there vanishes. */
  function shares(first, second) {
    var whole = first + second, least = 0.1;
    if (whole === 0) {
      return [0, 0];
    }
    var a = first / whole, b = second / whole;
    a = first > 0 ? Math.max(least, a) : 0;
    b = second > 0 ? Math.max(least, b) : 0;
    return [a / (a + b), b / (a + b)];
  }
  function mark(x, width, name, value, up) {
    var half = Lab.wide(name + ' ' + value, true) / 2, y = up ? 13 : H - 4, at = x;
    var anchor = x < half || name === 'UNA' ? 'start' : x > width - half || name === 'UNA+WND' ? 'end' : 'middle';
    at = anchor === 'start' ? 0 : anchor === 'end' ? width : x;
    return [
      svg('line', {x1: x, x2: x, y1: up ? 17 : 26, y2: up ? 54 : H - 18, class: 'edge'}),
      svg('text', {x: at, y: y, 'text-anchor': anchor, class: 'mark'},
        [name + ' ', svg('tspan', {class: 'value'}, value)])
    ];
  }
  function zone(x1, x2, kind, title) {
    return svg(
      'rect', {x: x1, y: 26, width: Math.max(0, x2 - x1), height: 28, class: 'zone ' + kind}, svg('title', {}, title));
  }
  function inside(x1, x2, words) {
    return x2 - x1 > Lab.wide(words) + 6
      ? svg('text', {x: (x1 + x2) / 2, y: 45, 'text-anchor': 'middle', class: 'in'}, words)
      : null;
  }
  function frame(width, title, desc, children) { return Lab.put(Lab.picture(width, H, title, desc), children); }
  function legend(entries) {
    return el(
      'p', {class: 'legend'}, entries.map(entry => el('span', {}, [el('i', {class: 'key ' + entry[0]}), t(entry[1])])));
  }
  function segmentsInFlight(state, c, at) {
    var out = [];
    Object.keys(state.flight).slice(-60).forEach(id => {
      var packet = Lab.packets[id];
      if (packet && packet.from === c.node && packet.c === c.c && packet.seg.len > 0) {
        out.push(at(packet.seg.seq));
      }
    });
    return out;
  }
  function send(state, c, width) {
    var v = c.v, base = Lab.sendBase(c), flight = Math.max(0, minus(v.nxt, v.una));
    var usable = Math.max(0, (v.wnd || 0) - flight), share = shares(flight, usable);
    var x1 = width * EDGE, room = width * (1 - 2 * EDGE), x2 = x1 + room * share[0],
        x3 = x1 + room * (share[0] + share[1]);
    function at(seq) { return x1 + (x2 - x1) * minus(seq, v.una) / Math.max(1, flight); }
    var title = t('send_space', c.node), children = [
      zone(0, x1, 'past', t('z_acked')), zone(x1, x2, 'flight', t('z_flight')), zone(x2, x3, 'usable', t('z_usable')),
      zone(x3, width, 'beyond', t('z_beyond')), inside(0, x1, '1'),
      inside(x1, x2, flight ? '2 · ' + octets(flight) : ''), inside(x2, x3, '3 · ' + octets(usable)),
      inside(x3, width, x3 > x1 ? '4' : '4 · WND 0')
    ];
    segmentsInFlight(state, c, at).forEach(x => {
      if (x > x1 && x < x2) {
        children.push(svg('line', {x1: x, x2: x, y1: 27, y2: 53, class: 'tick'}));
      }
    });
    children = children.concat(mark(x1, width, 'UNA', shown(v.una, base), true),
      mark(x2, width, 'NXT', shown(v.nxt, base), false),
      x3 > x1 ? mark(x3, width, 'UNA+WND', shown((v.una + (v.wnd || 0)) >>> 0, base), true) : []);
    if (v.cwnd && v.cwnd < (v.wnd || 0) && flight + usable > 0) {
      var xc =
        v.cwnd <= flight ? x1 + (x2 - x1) * v.cwnd / flight : x2 + (x3 - x2) * (v.cwnd - flight) / Math.max(1, usable);
      children.push(svg('path', {d: 'M' + xc + ' 54l-6 9h12z', class: 'cwnd'}, svg('title', {}, 'cwnd ' + v.cwnd)));
    }
    return frame(width, title, t('send_desc', c.node, flight, usable), children);
  }
  function receive(c, width) {
    var v = c.v, base = Lab.receiveBase(c), x1 = width * 0.3, x2 = width * (1 - EDGE), wnd = v.rwnd || 0;
    x2 = wnd ? x2 : x1;
    var title = t('receive_space', c.node), unread = v.rcvq || 0, part = unread ? x1 * 0.45 : 0;
    var children = [
      zone(0, x1, 'past', t('z_delivered')), zone(x1, x2, 'usable', t('z_window')),
      zone(x2, width, 'beyond', t('z_beyond')), part && zone(x1 - part, x1, 'unread', t('z_unread')),
      inside(0, x1 - part, '1'), part && inside(x1 - part, x1, octets(unread)), inside(x1, x2, '2 · ' + octets(wnd)),
      inside(x2, width, '3')
    ];
    c.early.forEach(block => {
      var from = x1 + (x2 - x1) * minus(block[0], v.rnxt) / Math.max(1, wnd),
          wide = (x2 - x1) * block[1] / Math.max(1, wnd);
      children.push(svg('rect', {x: from, y: 26, width: Math.max(5, wide), height: 28, class: 'zone early'},
        svg('title', {}, t('z_early', block[1]))));
    });
    children = children.concat(mark(x1, width, 'NXT', shown(v.rnxt, base), true));
    children =
      children.concat(mark(x2, width, wnd ? 'NXT+WND' : 'WND', wnd ? shown((v.rnxt + wnd) >>> 0, base) : 0, false));
    return frame(width, title, t('receive_desc', c.node, wnd, c.early.length), children);
  }
  Lab.drawWindows = state => {
    var box = Lab.by('windows'), width = Math.max(260, box.clientWidth - 32), c = Lab.chosen(state),
        peer = c && Lab.peer(state, c), parts = [];
    parts.push(el('div', {class: 'bar'}, [el('h2', {}, t('windows')), Lab.pickConnection(state)]));
    if (c && c.v.una !== undefined) {
      parts.push(el('h3', {}, t('send_space', c.node)), send(state, c, width));
    }
    if (peer && peer.v.rnxt !== undefined) {
      parts.push(el('h3', {}, t('receive_space', peer.node)), receive(peer, width));
    } else if (c && c.v.rnxt !== undefined) {
      parts.push(el('h3', {}, t('receive_space', c.node)), receive(c, width));
    }
    parts.push(parts.length > 1
        ? legend([['past', 'k_done'], ['flight', 'k_flight'], ['usable', 'k_usable'], ['early', 'k_early']])
        : Lab.note('no_window'));
    Lab.clear(box, parts);
  };
})();
