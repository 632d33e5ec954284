/* stream.js: the octets of both directions of a connection, each coloured by the segment that carried it. TCP keeps no
 * boundaries; the colours are all that is left of them. */
(() => {
  var {el, t, minus} = Lab;
  var streams = {}, MOST = 300;

  Lab.readers.push(event => {
    if (event.ev !== 'seg_tx' || !event.seg.len) {
      return;
    }
    var ends = Lab.ends(event.seg), key = ends[0] + '>' + ends[1];
    (streams[key] = streams[key] || [])
      .push({id: event.seg.id, i: event.i, seq: event.seg.seq, len: event.seg.len, pay: event.seg.pay || ''});
  });
  function glyph(code) {
    return code === 13            ? '\\r'
      : code === 10               ? '\\n\n'
      : code === 9                ? '\\t'
      : code < 32 || code === 127 ? '·'
      : code < 127                ? String.fromCharCode(code)
                                  : '·';
  }
  /* The latest segments, in the order of the stream; what was sent twice shows once, by the first that had it. */
  function pieces(segments, i) {
    var sorted = segments.filter(s => s.i <= i).slice(-MOST).sort((a, b) => minus(a.seq, b.seq) || a.i - b.i);
    var next = null, out = [];
    sorted.forEach(s => {
      var skip = next === null ? 0 : Math.max(0, minus(next, s.seq));
      if (skip < s.len) {
        out.push({id: s.id, text: s.pay.slice(skip), missing: s.len - Math.max(skip, s.pay.length)});
        next = (s.seq + s.len) >>> 0;
      }
    });
    return out;
  }
  function show(key, title, i) {
    var list = pieces(streams[key] || [], i);
    if (list.length === 0) {
      return null;
    }
    return el('div', {}, [
      el('h3', {}, title), el('pre', {class: 'stream'}, list.map((piece, k) => {
        var text = piece.text.split('').map(c => glyph(c.charCodeAt(0) & 255)).join('');
        return el('span', {
          class: 'piece p' + k % 6,
          title: t('packet', piece.id),
          click: () => Lab.go(Lab.packets[piece.id].tx, Lab.packets[piece.id])
        },
          [
            el('sup', {}, String(piece.id)), text,
            piece.missing > 0 ? el('em', {}, ' … +' + Lab.octets(piece.missing)) : null
          ]);
      }))
    ]);
  }
  Lab.tabs.push({
    id: 'stream',
    draw: (state, box) => {
      var c = Lab.chosen(state);
      var parts = c && c.local ? [show(c.local + '>' + c.remote, c.local + ' → ' + c.remote, Lab.at.i),
      show(c.remote + '>' + c.local, c.remote + ' → ' + c.local, Lab.at.i)].filter(Boolean) : [];
      Lab.clear(box, parts.length ? parts.concat(Lab.note('stream_note')) : Lab.note('no_stream'));
    }
  });
})();
