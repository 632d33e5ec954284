/* main.js: the position in the run, the panes that show it, playing, and the address that holds it all. */
(() => {
  var {el, t, clear, by, language, log, packets, rows} = Lab;
  var SPEEDS = [1, 4, 16], speed = 0, frame = 0, hashTimer = 0, dressed = false, playing = null;
  Lab.at = {i: 0, t: 0};
  Lab.view = {nodes: [], connection: '', tab: 'inspector', packet: 0, theme: ''};
  Lab.atEnd = () => Lab.at.i >= log.count();

  /* ---- where we are ---- */

  Lab.go = (i, packet) => {
    var count = log.count(), event;
    Lab.at.i = Math.max(0, Math.min(count, Math.round(i)));
    event = log.at(Lab.at.i);
    Lab.at.t = event ? event.t : 0;
    if (packet) {
      Lab.view.packet = packet.id;
    } else if (event && event.seg) {
      Lab.view.packet = event.seg.id;
    } else if (event && event.seg_id) {
      Lab.view.packet = event.seg_id;
    }
    Lab.draw();
  };
  Lab.packet = () => {
    var packet = packets[Lab.view.packet], k;
    for (k = Lab.at.i; !packet && k > 0 && k > Lab.at.i - 400; k--) {
      packet = log.at(k).seg && packets[log.at(k).seg.id];
    }
    return packet;
  };
  /* The connection that windows and plots show: the one chosen, else the sender of the packet, else the newest. */
  Lab.chosen = state => {
    var key = Lab.view.connection, found = null, packet = packets[Lab.view.packet];
    log.nodes().forEach(name => Lab.connections(state, name).forEach(c => found = name + c.c === key ? c : found));
    if (!found && packet && state.nodes[packet.from]) {
      found = state.nodes[packet.from].conns[packet.c];
      var other = found && Lab.peer(state, found), una = found && found.v.una;
      if (other && other.v.una >= 0 &&
        (una === undefined || other.tx > found.tx * 2 || other.node === log.nodes()[0])) {
        found = other;
      }
    }
    return found || Lab.newest(state, log.nodes()[0]) || Lab.newest(state, log.nodes()[1]);
  };
  Lab.pickConnection = state => {
    var options = [['', t('automatic')]], chosen = Lab.view.connection;
    log.nodes().forEach(name => {
      Lab.connections(state, name).forEach(c => {
        if (!c.listener) {
          options.push([name + c.c, name + ' ' + Lab.token(name, c.c).name]);
        }
      });
    });
    return el('select', {
      'aria-label': t('connection'),
      change: event => {
        Lab.view.connection = event.target.value;
        Lab.draw();
      }
    },
      options.slice(0, 60).map(o => el('option', {value: o[0], selected: o[0] === chosen}, o[1])));
  };

  /* ---- drawing ---- */

  function drawTabs() {
    clear(by('tabs'), Lab.tabs.map((tab, k) => {
      var on = tab.id === Lab.view.tab;
      return el('button', {
        role: 'tab',
        id: 'tab-' + tab.id,
        'aria-selected': String(on),
        'aria-controls': 'tab',
        tabindex: on ? 0 : -1,
        title: t('key', k + 1),
        click: () => Lab.tab(tab.id),
        keydown: event => {
          var step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
          if (step) {
            event.preventDefault();
            event.stopPropagation();
            Lab.tab(Lab.tabs[(k + step + Lab.tabs.length) % Lab.tabs.length].id, true);
          }
        }
      },
        t('tab_' + tab.id));
    }));
  }
  Lab.tab = (id, focus) => {
    Lab.view.tab = id;
    drawTabs();
    if (focus) {
      by('tab-' + id).focus();
    }
    Lab.draw();
  };
  function drawTab(state) {
    Lab.tabs.forEach(tab => {
      if (tab.id === Lab.view.tab) {
        by('tab').setAttribute('aria-labelledby', 'tab-' + tab.id);
        tab.draw(state, by('tab'));
      }
    });
  }
  function drawAll() {
    frame = 0;
    var state = Lab.state(Lab.at.i);
    Lab.drawMachines(state);
    Lab.drawTimers(state);
    Lab.drawWindows(state);
    Lab.scrollLadder();
    Lab.drawLadder();
    drawTab(state);
    Lab.drawTimeline();
    Lab.drawWhy();
    Lab.narrate();
    Lab.drawTransport();
    keepAddress();
  }
  Lab.draw = () => {
    if (!dressed) {
      return;
    }
    frame = frame || requestAnimationFrame(drawAll);
  };
  Lab.grown = follow => {
    if (follow && !playing) {
      Lab.go(log.count());
    } else {
      Lab.draw();
    }
  };

  /* ---- playing: time between events runs, but no silence takes longer than a moment ---- */

  function pace(from, to) { return Math.min(900, Math.max(0, (to.t - from) / 1e6 * 17)) / SPEEDS[speed]; }

  function turn(now) {
    var moved = false, next;
    if (!playing) {
      return;
    }
    while ((next = log.at(Lab.at.i + 1))) {
      var long = Math.max(pace(playing.from, next), 1 / SPEEDS[speed]), part = (now - playing.since) / long;
      if (part < 1) {
        Lab.at.t = playing.still ? playing.from : playing.from + (next.t - playing.from) * part;
        break;
      }
      playing.since += long;
      playing.from = next.t;
      Lab.at.i++;
      Lab.at.t = next.t;
      Lab.view.packet = next.seg ? next.seg.id : Lab.view.packet;
      moved = true;
    }
    if (moved) {
      drawAll();
    } else {
      Lab.drawTimers(Lab.state(Lab.at.i));
      Lab.drawLadder();
    }
    if (!next) {
      Lab.pause();
      return;
    }
    requestAnimationFrame(turn);
  }
  function worldTurn() {
    if (playing) {
      Lab.stepWorld().then(went => {
        if (went && playing) {
          setTimeout(worldTurn, 600 / SPEEDS[speed]);
        } else {
          Lab.pause();
        }
      });
    }
  }
  Lab.play = () => {
    if (canStep()) {
      playing = {};
      Lab.playing = true;
      worldTurn();
    } else {
      if (Lab.atEnd()) {
        Lab.go(0);
      }
      playing = {
        from: Lab.at.t,
        since: performance.now(),
        still: matchMedia('(prefers-reduced-motion: reduce)').matches
      };
      Lab.playing = true;
      requestAnimationFrame(turn);
    }
    Lab.drawTransport();
  };
  Lab.pause = () => {
    playing = null;
    Lab.playing = false;
    Lab.drawTransport();
  };
  var canStep = Lab.canStep = () => Lab.live && Lab.live.token && Lab.atEnd() && log.header.world !== 'live';
  Lab.forward = () => canStep() ? Lab.stepWorld() : Lab.go(Lab.nextRow(1));
  /* The next speed, or this one. */
  Lab.speed = by => SPEEDS[speed = (speed + by) % SPEEDS.length];
  /* Steps of the ladder: rows, not single events. */
  Lab.nextRow = by => {
    var row = Lab.rowOf(Lab.at.i) + by;
    while (rows[row] && rows[row].gap) {
      row += by;
    }
    return row < 0 ? 0 : rows[row] ? lastOf(row) : log.count();
  };
  function lastOf(row) {
    var after = rows[row + 1];
    return after ? Math.max(rows[row].i, after.i - 1) : log.count();
  }
  Lab.nextState = by => {
    for (var i = Lab.at.i + by; i > 0 && i <= log.count(); i += by) {
      if (log.at(i).ev === 'state') {
        return i;
      }
    }
    return by > 0 ? log.count() : 0;
  };

  /* ---- the address ---- */

  function address() {
    var out = {};
    location.hash.slice(1).split('&').forEach(part => {
      var k = part.indexOf('=');
      out[k < 0 ? part : part.slice(0, k)] = k < 0 ? '' : decodeURIComponent(part.slice(k + 1));
    });
    return out;
  }
  function keepAddress() {
    clearTimeout(hashTimer);
    hashTimer = setTimeout(() => {
      var header = log.header || {}, v = Lab.view;
      history.replaceState(null, '', '#' + [
        header.lab && 'lab=' + header.lab, header.seed !== undefined && 'seed=' + header.seed, 'i=' + Lab.at.i,
        v.packet && 'p=' + v.packet, v.tab !== 'inspector' && 'tab=' + v.tab, v.connection && 'c=' + v.connection,
        !Lab.relative && 'raw', v.theme && 'theme=' + v.theme, language() === 'zh' && 'zh'
      ].filter(Boolean).join('&'));
    }, 250);
  }
  Lab.leave = () => clearTimeout(hashTimer);
  function readAddress(a) {
    Lab.view.packet = +a.p || 0;
    Lab.view.connection = a.c || '';
    Lab.relative = Lab.relative && a.raw === undefined;
    if (Lab.tabs.some(tab => tab.id === a.tab)) {
      Lab.view.tab = a.tab;
    } else if (Lab.checked()) {
      Lab.view.tab = 'answers';
    }
    return a.i === undefined ? log.count() : +a.i || 0;
  }

  /* ---- the beginning ---- */

  function banner() {
    var header = log.header, box = by('banner'), words = [];
    if (header.without && header.without.length) {
      words.push(t('counterfactual', header.without.join(', ')));
    }
    if (header.world === 'live' && header.msl < 120e9) {
      words.push(t('short_msl', Lab.span(header.msl)));
    }
    if (log.lost || log.bad) {
      words.push(t('incomplete', log.lost || 0, log.bad));
    }
    box.hidden = words.length === 0;
    box.textContent = words.join('  ·  ');
  }
  var dress = Lab.dress = () => {
    var header = log.header, s = Lab.scenario(), zh = language();
    var world = Lab.live && Lab.live.token ? header.world : 'replay';
    language(zh);
    var name = (/^[a-z]*$/.test(header.lab || '') ? t(header.world === 'live' ? 'live_title' : 'play_title') :
      header.lab + (header.variant || '')) + ' ' + (s ? Lab.words(s.title) : '');
    by('title').textContent = name.trim();
    document.title = name.trim() + ' · ' + world + ' · Lucid';
    by('world').textContent = world;
    by('seed').textContent = header.seed !== undefined ? 'seed ' + header.seed : '';
    banner();
    Lab.buildTransport();
    if (Lab.live) {
      Lab.buildControl();
    }
    Lab.dressMachines();
    Lab.buildTimeline();
    drawTabs();
    dressed = true;
    Lab.drawLadderHead();
    drawAll();
    Lab.drawTimeline();
  };
  function begin() {
    if (!log.header) {
      clear(document.querySelector('main'), el('p', {class: 'fatal'}, t('no_header')));
      return;
    }
    var a = address(), i = readAddress(a), nodes = log.nodes();
    Lab.view.theme = a.theme || '';
    Lab.theme(a.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
    language(a.zh !== undefined || (a.lang === undefined && /^zh/.test(navigator.language) && a.i === undefined)
        ? 'zh'
        : 'en');
    Lab.view.nodes = [nodes[0], nodes[1] || nodes[0]];
    Lab.buildMachines();
    Lab.buildLadder();
    Lab.at.i = Math.max(0, Math.min(i, log.count()));
    Lab.at.t = Lab.at.i ? log.at(Lab.at.i).t : 0;
    dress();
    addEventListener('keydown', Lab.onKey);
    addEventListener('resize', () => {
      Lab.drawLadderHead();
      Lab.draw();
    });
    addEventListener('beforeprint', () => Lab.drawLadder(true));
    addEventListener('afterprint', Lab.draw);
    if (Lab.live) {
      Lab.listen();
      if (Lab.unanswered() > 0 && !log.events.some(e => e.ev === 'seg_tx')) {
        Lab.askPredictions();
      } else if (rows.length === 0) {
        Lab.answer(t('empty'));
      }
    }
    document.body.classList.add('ready');
  }
  Lab.start = () => {
    var element = by('data-log');
    language('en');
    function take(text) { log.take(text, begin, part => by('narration').textContent = Math.round(part * 100) + ' %'); }
    if (element) {
      take(element.textContent.replace(/^\n/, ''));
      return;
    }
    fetch('/log').then(response => response.text()).then(take);
  };
})();
