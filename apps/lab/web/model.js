/* model.js: what is true after event i: a fold over the events, with a copy kept now and then so that going back is
 * going on from the copy before. */
(() => {
  var {minus} = Lab;
  var EVERY = 500, KEEP_GONE = 40, copies = [], current = null;

  function empty() { return {i: 0, t: 0, nodes: {}, flight: {}, cut: false}; }

  function clone(value) {
    if (value === null || typeof value !== 'object') {
      return value;
    }
    if (Array.isArray(value)) {
      return value.map(clone);
    }
    var copy = {};
    for (var key in value) {
      copy[key] = clone(value[key]);
    }
    return copy;
  }
  function node(state, name) { return state.nodes[name] = state.nodes[name] || {conns: {}, edges: {}, visits: {}}; }
  function connection(state, event) {
    var all = node(state, event.n).conns;
    return all[event.c] = all[event.c] ||
      {node: event.n, c: event.c, st: '', v: {}, timers: {}, early: [], since: event.t, tx: 0, rx: 0, again: 0};
  }
  /* Gone connections are kept for a while, the oldest leave. */
  function prune(home) {
    var gone = Object.keys(home.conns).filter(c => home.conns[c].gone);
    if (gone.length > KEEP_GONE) {
      delete home.conns[gone[0]];
    }
  }
  function walk(home, c, event) {
    var key = (event.from || (event.parent ? 'LISTEN' : 'CLOSED')) + '>' + event.to;
    var before = c.last,
        two = before && event.seg_id && before.seg === event.seg_id &&
      Lab.machine.twoStep(before.from, before.to, event.to);
    if (two) {
      home.edges[before.key]--;
      key = before.from + '>' + before.to + '>' + event.to;
    }
    home.edges[key] = (home.edges[key] || 0) + 1;
    home.visits[event.to] = 1;
    c.last = {key: key, from: event.from, to: event.to, seg: event.seg_id || 0, i: event.i};
  }
  function onState(state, event) {
    var home = node(state, event.n), c = connection(state, event);
    walk(home, c, event);
    var child = c.st === 'SYN-RECEIVED' && event.to === 'LISTEN';
    c.local = event.local || c.local;
    c.remote = event.remote || c.remote;
    c.parent = event.parent || c.parent;
    c.listener = event.to === 'LISTEN' && !child && !c.parent;
    c.st = event.to;
    c.since = event.t;
    if (child || !event.to || event.to === 'CLOSED') {
      c.gone = event.i;
      c.vanished = child;
      c.timers = {};
      prune(home);
    }
  }
  /* The kernel's connections are named by their segments. */
  function name(c, local, remote) {
    c.local = c.local || local;
    c.remote = c.remote || remote;
  }
  function onSent(state, event) {
    var seg = event.seg, c = event.c ? connection(state, event) : null;
    state.flight[seg.id] = {i: event.i, t: event.t, n: event.n};
    if (c) {
      name(c, seg.src + ':' + seg.sp, seg.dst + ':' + seg.dp);
      c.tx++;
      c.again += event.rtx || event.again ? 1 : 0;
    }
  }
  /* What came before its turn; neighbours are one block. */
  function takeEarly(early, seg) {
    var block = early.filter(b => b[0] + b[1] === seg.seq)[0];
    if (block) {
      block[1] += seg.len;
    } else if (early.length < 50) {
      early.push([seg.seq, seg.len]);
    }
  }
  function onReceived(state, event) {
    delete state.flight[event.seg.id];
    var c = event.c ? connection(state, event) : null, seg = event.seg;
    if (!c) {
      return;
    }
    name(c, seg.dst + ':' + seg.dp, seg.src + ':' + seg.sp);
    c.rx++;
    if (seg.len > 0 && c.v.rnxt !== undefined && minus(seg.seq, c.v.rnxt) > 0) {
      takeEarly(c.early, seg);
    }
  }
  function onVar(state, event) {
    var c = connection(state, event);
    Lab.VARS.forEach(name => {
      if (event[name] !== undefined) {
        c.v[name] = event[name];
      }
    });
    if (event.rnxt !== undefined && c.early.length > 0) {
      c.early = c.early.filter(block => minus(block[0] + block[1], c.v.rnxt) > 0);
    }
  }
  function onWire(state, event) {
    var packet = state.flight[event.id];
    if (event.act === 'cut' || event.act === 'heal') {
      state.cut = event.act === 'cut';
    } else if (event.act === 'drop' || event.act === 'queue_full' || event.act === 'too_big') {
      delete state.flight[event.id];
    } else if (packet && (event.act === 'hold' || event.act === 'release')) {
      packet.held = event.act === 'hold';
    } else if (event.act === 'dup' && packet) {
      state.flight[event.id2] = {i: packet.i, t: event.t, n: packet.n, copy: true};
    }
  }
  Lab.VARS = [
    'una', 'nxt', 'wnd', 'wl1', 'wl2', 'rnxt', 'rwnd', 'cwnd', 'ssth', 'flight', 'srtt', 'rttvar', 'rto', 'dupacks',
    'sndq', 'rcvq'
  ];
  var ON = {
    state: onState,
    seg_tx: onSent,
    seg_rx: onReceived,
    'var': onVar,
    wire: onWire,
    timer_set: (state, event) => {
      connection(state, event).timers[event.timer] = {since: event.t, at: event.at};
    },
    timer_fire: (state, event) => delete connection(state, event).timers[event.timer],
    timer_stop: (state, event) => delete connection(state, event).timers[event.timer],
    ret: (state, event) => {
      if (event.c && typeof event.r === 'string' && !/EAGAIN|EINPROGRESS/.test(event.r)) {
        connection(state, event).error = event.r;
      }
    },
    peer: (state, event) => {
      var c = connection(state, event);
      if (event.state !== c.st) {
        walk(node(state, event.n), c, {from: c.st, to: event.state, i: event.i});
        c.st = event.state;
        c.gone = c.st === 'CLOSED' && event.i;
      }
      c.inferred = event.by === 'inferred';
    }
  };
  function step(state, event) {
    state.i = event.i;
    state.t = event.t;
    if (ON[event.ev]) {
      ON[event.ev](state, event);
    }
  }
  function start(i) {
    var copy = copies[Math.min(Math.floor(i / EVERY), copies.length) - 1];
    if (current && current.i <= i && (!copy || current.i >= copy.i)) {
      return current;
    }
    return copy ? clone(copy) : empty();
  }
  /* The state after event i. It is the module's own: look, and do not keep it. */
  Lab.state = i => {
    var state = start(i);
    while (state.i < i) {
      step(state, Lab.log.at(state.i + 1));
      if (state.i % EVERY === 0 && copies.length < state.i / EVERY) {
        copies[state.i / EVERY - 1] = clone(state);
      }
    }
    return current = state;
  };
  Lab.forget = () => {
    copies = [];
    current = null;
  };
  Lab.connections = (state, name) => {
    var home = state.nodes[name];
    return home ? Object.keys(home.conns).map(c => home.conns[c]) : [];
  };
  /* The newest connection that is no listener; else the listener. */
  Lab.newest = (state, name) => {
    var all = Lab.connections(state, name), best = null;
    all.forEach(
      c => best = !best || (best.listener && !c.listener) || !best.listener === !c.listener && c.c > best.c ? c : best);
    return best;
  };
  Lab.peer = (state, connection) => {
    var found = null;
    Object.keys(state.nodes).forEach(name => {
      Lab.connections(state, name).forEach(c => {
        if (name !== connection.node && c.local === connection.remote && c.remote === connection.local) {
          found = c;
        }
      });
    });
    return found;
  };
})();
