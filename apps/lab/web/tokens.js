/* tokens.js: a connection has one token, the same at both ends: shape, letter and colour together. */
(() => {
  var {svg} = Lab;
  var SHAPES = [
    'M-10 0A10 10 0 1 0 10 0A10 10 0 1 0-10 0', 'M0-12L12 0L0 12L-12 0Z', 'M-9-9H9V9H-9Z', 'M0-11L12 9H-12Z',
    'M-6-11H6L12 0L6 11H-6L-12 0Z', 'M0-12L11-4L7 9H-7L-11-4Z', 'M-12-7H12V7H-12Z'
  ];
  var COLOURS = 7, count = 0, open = {}, tokens = {};

  function make(listener) {
    var n = count;
    if (listener) {
      return {letter: 'L', shape: SHAPES[2], colour: 'listener', name: 'L'};
    }
    count++;
    return {
      letter: 'pqrstuvwxyz'.charAt(n % 11),
      shape: SHAPES[n % SHAPES.length],
      colour: 'c' + n % COLOURS,
      name: 'pqrstuvwxyz'.charAt(n % 11) + (n < 11 ? '' : Math.floor(n / 11) + 1)
    };
  }
  /* The other end of a connection that is named for the first time has its token, if it is there already. */
  function name(node, c, local, remote, listener) {
    var key = node + c, peer = open[remote + '>' + local];
    if (tokens[key] || !local) {
      return;
    }
    if (!listener && peer && !peer.both && peer.node !== node) {
      peer.both = true;
      tokens[key] = peer.token;
      return;
    }
    tokens[key] = make(listener);
    if (!listener) {
      open[local + '>' + remote] = {node: node, token: tokens[key], both: false};
    }
  }
  Lab.readers.push(event => {
    if (event.ev === 'state') {
      name(event.n, event.c, event.local, event.remote,
        event.to === 'LISTEN' && !event.parent && event.from !== 'SYN-RECEIVED');
    } else if ((event.ev === 'seg_tx' || event.ev === 'seg_rx') && event.c && !tokens[event.n + event.c] &&
      event.seg.src) {
      var ends = Lab.ends(event.seg), out = event.ev === 'seg_tx';
      name(event.n, event.c, ends[out ? 0 : 1], ends[out ? 1 : 0], false);
    }
  });
  Lab.token = (node, c) => tokens[node + c] || {letter: '·', shape: SHAPES[0], colour: 'none', name: '·'};
  Lab.tokens = () => count;
  Lab.drawToken = (token, size) => svg('g', {class: 'token ' + token.colour}, [
    svg('path', {d: token.shape, transform: size ? 'scale(' + size + ')' : null}),
    svg('text', {y: token.shape === SHAPES[3] ? 7 : 5, 'text-anchor': 'middle'}, token.letter)
  ]);
})();
