/* packets.js: every packet of the run as an object: who sent it, what the wire did to it, where it ended. */
(() => {
  var {ackOf, log} = Lab;
  var packets = Lab.packets = {};

  function toward(seg, from) {
    var named = log.nodeOf(seg.dst);
    var others = log.nodes().filter(name => name !== from);
    return named || others[0] || from;
  }
  Lab.readers.push(event => {
    var packet;
    if (event.ev === 'seg_tx') {
      packets[event.seg.id] = {
        id: event.seg.id,
        seg: event.seg,
        from: event.n,
        c: event.c,
        to: toward(event.seg, event.n),
        tx: event.i,
        rx: 0,
        lost: 0,
        holds: [],
        again: !!(event.rtx || event.again),
        first: event.rtx
      };
    } else if (event.ev === 'seg_rx') {
      packet = packets[event.seg.id];
      if (!packet) {
        packet = packets[event.seg.id] = {
          id: event.seg.id,
          seg: event.seg,
          from: log.nodeOf(event.seg.src) || '?',
          to: event.n,
          tx: 0,
          rx: 0,
          lost: 0,
          holds: []
        };
      }
      packet.rx = event.i;
      packet.rxC = event.c;
    } else if (event.ev === 'wire' && (packet = packets[event.id])) {
      if (event.act === 'drop' || event.act === 'queue_full' || event.act === 'too_big') {
        packet.lost = event.i;
        packet.why = event.act;
      } else if (event.act === 'hold' || event.act === 'release') {
        packet.holds.push([event.i, event.act === 'hold']);
      } else if (event.act === 'dup') {
        packets[event.id2] = {
          id: event.id2,
          seg: packet.seg,
          from: packet.from,
          to: packet.to,
          c: packet.c,
          tx: event.i,
          rx: 0,
          lost: 0,
          holds: [],
          copy: packet.id,
          again: false
        };
      } else if (event.act === 'corrupt') {
        packet.corrupt = event.i;
      }
    }
  });
  /* At event i: 'unsent', 'flying', 'held', 'lost', 'there'. */
  Lab.fate = (packet, i) => {
    if (packet.tx > i) {
      return 'unsent';
    }
    if (packet.lost && packet.lost <= i) {
      return 'lost';
    }
    if (packet.rx && packet.rx <= i) {
      return 'there';
    }
    var latest = packet.holds.filter(hold => hold[0] <= i).pop();
    return latest && latest[1] ? 'held' : 'flying';
  };
  /* From long to short; the ladder takes the longest that fits. */
  Lab.labels = packet => {
    var seg = packet.seg, seq = Lab.seqOf(seg), flags = Lab.flags(seg.fl);
    var ack = seg.fl.indexOf('A') >= 0 ? ' ack ' + ackOf(seg) : '';
    var data = seg.len > 0 ? ' · ' + Lab.octets(seg.len) + ' B' : '';
    return [
      flags + ' seq ' + seq + ack + data + ' win ' + seg.win, flags + ' seq ' + seq + ack + data,
      flags + ' ' + seq + (ack ? '/' + ackOf(seg) : '') + data, flags + ' ' + seq + (ack ? '/' + ackOf(seg) : ''), flags
    ];
  };
})();
