/* rows.js: the rows of the ladder, and which packets cross which rows. Grows with the log, draws nothing. */
(() => {
  var {packets} = Lab;
  var BLOCK = 64, GAP = 150e6;
  var CALLS = {open: 'connect', listen: 'listen', shutdown: 'shutdown', close: 'close', abort: 'abort'};
  var OUTCOMES = {dropped: 1, ack: 1, challenge_ack: 1, rst: 1, trimmed: 1, queued: 1, ignored: 1};
  var rows = Lab.rows = [], blocks = [], open = [], last = null, peers = {};

  function add(event, node) {
    var before = rows[rows.length - 1];
    if (before && !before.gap && event.t - before.t >= GAP) {
      rows.push({i: event.i, t: event.t, gap: event.t - before.t});
    }
    last = {i: event.i, t: event.t, n: node};
    rows.push(last);
    return last;
  }
  function joins(event) { return last && last.n === event.n && last.t === event.t; }

  function cross(packet, from, to) {
    for (var block = Math.floor(from / BLOCK); block <= Math.floor(to / BLOCK); block++) {
      (blocks[block] = blocks[block] || []).push(packet);
    }
  }
  var ON = {
    seg_tx: event => {
      var packet = packets[event.seg.id], row = joins(event) && !last.tx && !last.rx ? last : add(event, event.n);
      row.tx = packet;
      packet.txRow = rows.length - 1;
      open.push(packet);
    },
    seg_rx: event => {
      var packet = packets[event.seg.id];
      add(event, event.n).rx = packet;
      packet.rxRow = rows.length - 1;
      packet.txRow = packet.txRow === undefined ? packet.rxRow : packet.txRow;
      open = open.filter(other => other !== packet);
      cross(packet, packet.txRow, packet.rxRow);
    },
    state: event => {
      var row = joins(event) && !last.state && !last.call && !last.tx && !last.timer ? last : add(event, event.n);
      var two = rows[rows.length - 2];
      row.state = event.to || 'CLOSED';
      row.c = event.c;
      if (event.seg_id && two && two !== row && two.state && two.n === event.n && two.c === event.c &&
        two.seg === event.seg_id) {
        two.passing = true;
      }
      row.seg = event.seg_id;
    },
    peer: event => {
      if (peers[event.n + event.c] !== event.state) {
        peers[event.n + event.c] = event.state;
        ON.state({n: event.n, t: event.t, i: event.i, c: event.c, to: event.state});
      }
    },
    timer_fire: event => add(event, event.n).timer = event.timer,
    call: event => {
      var name = CALLS[event.op], moved = joins(event) && last.state && !last.tx && !last.rx ? last : null, row;
      if (!name) {
        return;
      }
      if (!moved) {
        add(event, event.n).call = name + '()';
        return;
      }
      /* The stack reports the change of state first; people read the cause first. */
      row = add(event, event.n);
      row.state = moved.state;
      row.c = moved.c;
      moved.state = undefined;
      moved.call = name + '()';
    },
    ret: event => {
      if (typeof event.r === 'string' && !/EAGAIN|EINPROGRESS/.test(event.r)) {
        add(event, event.n).call = event.r;
      }
    },
    rule: event => {
      if (OUTCOMES[event.out] && joins(event) && !last.state && !last.note) {
        last.note = event.out.replace('_', ' ');
      }
    },
    wire: event => {
      var packet = packets[event.id];
      if (packet && packet.lost === event.i) {
        open = open.filter(other => other !== packet);
        cross(packet, packet.txRow, packet.txRow + 1);
        return;
      }
      if (event.act === 'dup') {
        add(event, 'W').tx = packets[event.id2];
        packets[event.id2].txRow = rows.length - 1;
        open.push(packets[event.id2]);
      } else if (event.act === 'release' || event.act === 'cut' || event.act === 'heal') {
        add(event, 'W').wire = event.act;
      }
    },
    cmd: event => {
      if (/^(wire|icmp|skip|set|without|with) /.test(event.text) && !/ id \d+$/.test(event.text)) {
        add(event, 'W').wire = '> ' + event.text;
      }
    },
    note: event => {
      add(event, 'W').wire = event.text;
    }
  };
  Lab.readers.push(event => {
    if (ON[event.ev]) {
      ON[event.ev](event);
    }
  });
  /* The row that event i stands in, or the last one before it. */
  Lab.rowOf = i => {
    var low = 0, high = rows.length;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (rows[middle].i <= i) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  };
  /* Packets whose arrows are seen between two rows, each once. */
  Lab.crossing = (from, to) => {
    var found = [], seen = {};
    function take(packet) {
      var end = packet.rxRow === undefined ? packet.lost ? packet.txRow + 1 : Infinity : packet.rxRow;
      if (packet.txRow <= to && end >= from && !seen[packet.id]) {
        seen[packet.id] = true;
        found.push(packet);
      }
    }
    for (var block = Math.floor(from / BLOCK); block <= Math.floor(to / BLOCK); block++) {
      (blocks[block] || []).forEach(take);
    }
    open.forEach(take);
    return found;
  };
})();
