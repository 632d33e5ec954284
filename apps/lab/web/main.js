/* main.js: the position in the run, the panes that show it, keys, playing, and the address that holds it all. */
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
    drawTransport();
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
    drawTransport();
  };
  Lab.pause = () => {
    playing = null;
    Lab.playing = false;
    drawTransport();
  };
  function canStep() { return Lab.live && Lab.live.token && Lab.atEnd() && log.header.world !== 'live'; }
  function forward() { return canStep() ? Lab.stepWorld() : Lab.go(nextRow(1)); }
  /* Steps of the ladder: rows, not single events. */
  function nextRow(by) {
    var row = Lab.rowOf(Lab.at.i) + by;
    while (rows[row] && rows[row].gap) {
      row += by;
    }
    return row < 0 ? 0 : rows[row] ? lastOf(row) : log.count();
  }
  function lastOf(row) {
    var after = rows[row + 1];
    return after ? Math.max(rows[row].i, after.i - 1) : log.count();
  }
  function nextState(by) {
    for (var i = Lab.at.i + by; i > 0 && i <= log.count(); i += by) {
      if (log.at(i).ev === 'state') {
        return i;
      }
    }
    return by > 0 ? log.count() : 0;
  }

  /* ---- buttons and keys ---- */

  var ICONS = {
    start: 'M3 3V13M13 3L5 8L13 13Z',
    back: 'M11 3L5 8L11 13',
    play: 'M4 2L13 8L4 14Z',
    pause: 'M5 3V13M11 3V13',
    step: 'M5 3L11 8L5 13',
    end: 'M3 3L11 8L3 13ZM13 3V13',
    state: 'M2 8H11M8 4L12 8L8 12'
  };
  var ACTS = {
    start: () => {
      Lab.pause();
      Lab.go(0);
    },
    back: () => {
      Lab.pause();
      Lab.go(nextRow(-1));
    },
    play: () => playing ? Lab.pause() : Lab.play(),
    step: () => {
      Lab.pause();
      forward();
    },
    state: () => {
      Lab.pause();
      Lab.go(nextState(1));
    },
    end: () => {
      Lab.pause();
      return canStep() ? Lab.runWorld() : Lab.go(log.count());
    }
  };
  function drawTransport() {
    by('command').lastChild.textContent = Lab.t(Lab.atEnd() ? 'do' : 'branch');
    var button = by('do-play');
    if (button) {
      button.setAttribute('aria-label', t(playing ? 'pause' : 'play'));
      button.setAttribute('title', t(playing ? 'pause' : 'play'));
      button.querySelector('path').setAttribute('d', ICONS[playing ? 'pause' : 'play']);
    }
  }
  function buildTransport() {
    clear(by('transport'),
      ['start', 'back', 'play', 'step', 'end']
        .map(name => el('button', {id: 'do-' + name, title: t(name), 'aria-label': t(name), click: ACTS[name]},
               Lab.icon(ICONS[name])))
        .concat(el('button', {
          id: 'do-speed',
          title: t('speed'),
          click: () => {
            speed = (speed + 1) % SPEEDS.length;
            by('do-speed').textContent = '×' + SPEEDS[speed];
          }
        },
          '×' + SPEEDS[speed])));
    var options = [
      ['do-language', language() === 'zh' ? 'EN' : '中文', otherLanguage], ['do-theme', t('theme'), nextTheme],
      ['do-help', '?', Lab.help]
    ];
    if (Lab.scenario() && Lab.live && Lab.scenario().predict.length) {
      options.unshift(['do-predict', t('predict'), Lab.askPredictions]);
    }
    clear(by('options'),
      options.map(
        o => el('button', {id: o[0], click: o[2], 'aria-label': o[0] === 'do-help' ? t('help') : null}, o[1])));
  }
  function otherLanguage() {
    language(language() === 'zh' ? 'en' : 'zh');
    dress();
  }
  function nextTheme() {
    var themes = ['light', 'dark', 'projector'];
    theme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % 3]);
    Lab.view.theme = document.documentElement.dataset.theme;
    dress();
  }
  function theme(name) { document.documentElement.dataset.theme = name; }

  var KEYS = {
    ' ': ACTS.play,
    ArrowRight: ACTS.step,
    ArrowLeft: ACTS.back,
    ArrowDown: ACTS.step,
    ArrowUp: ACTS.back,
    Home: ACTS.start,
    End: ACTS.end,
    n: ACTS.state,
    b: () => Lab.go(nextState(-1)),
    '.': () => Lab.go(Lab.at.i + 1),
    ',': () => Lab.go(Lab.at.i - 1),
    R: () => {
      Lab.relative = !Lab.relative;
      Lab.draw();
    },
    U: () => {
      Lab.undrawn = !Lab.undrawn;
      Lab.draw();
    },
    t: nextTheme,
    z: otherLanguage,
    F2: () => {
      theme('projector');
      dress();
    },
    '?': () => Lab.help(),
    w: () => by('why').querySelector('a,h2').focus(),
    ':': () => {
      by('line').focus();
    }
  };
  var LIVE_KEYS = {d: 'drop', h: 'hold', u: 'dup', l: 'delay'};
  function onKey(event) {
    var inField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'range',
        on = event.target.tagName === 'BUTTON';
    if (inField || event.ctrlKey || event.metaKey || event.altKey || by('card').open || (on && event.key === ' ') ||
      (event.target.type === 'range' && /^(Arrow|Home|End|Page)/.test(event.key))) {
      return;
    }
    var act = KEYS[event.key], tab = /^[1-9]$/.test(event.key) && Lab.tabs[event.key - 1];
    if (tab) {
      Lab.tab(tab.id);
    } else if (Lab.live && LIVE_KEYS[event.key]) {
      Lab.fault(LIVE_KEYS[event.key]);
    } else if (Lab.live && event.key === 'r') {
      Lab.command('wire release all');
    } else if (act) {
      act();
    } else {
      return;
    }
    event.preventDefault();
  }
  /* What the page weighs, and in how many round trips slow start would bring it. */
  function weight() {
    var size = performance.getEntriesByType('navigation')[0].decodedBodySize, trips = 0;
    for (var sent = 0, window = 14600; sent < size; sent += window, window *= 2) {
      trips++;
    }
    return t('weight', Math.round(size / 1000), trips);
  }
  Lab.help = () => {
    var card = by('card');
    function line(pair) {
      return el('tr', {}, [el('th', {scope: 'row'}, el('kbd', {}, pair[0])), el('td', {}, t(pair[1]))]);
    }
    clear(card, [
      el('h2', {}, t('help')),
      el('table', {class: 'keys'},
        [
          ['␣', 'h_play'], ['→ ←', 'h_step'], ['. ,', 'h_event'], ['n b', 'h_state'], ['Home End', 'h_ends'],
          ['1–6', 'h_tabs'], ['R', 'h_relative'], ['U', 'h_undrawn'], ['t F2', 'h_theme'], ['z', 'h_language']
        ].concat(Lab.live ? [['d h u l', 'h_faults'], ['r', 'h_release'], [':', 'h_command']] : [])
          .map(line)),
      el('h2', {}, t('legend')),
      el('ul', {}, ['l_solid', 'l_dotted', 'l_dashed', 'l_token', 'l_lost', 'l_held', 'l_again',
        'l_ahead'].map(key => el('li', {}, t(key)))),
      el('p', {class: 'muted'}, weight()),
      el('p', {class: 'actions'}, el('button', {class: 'main', click: () => card.close()}, t('close')))
    ]);
    card.showModal();
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
  function dress() {
    var header = log.header, s = Lab.scenario(), zh = language();
    var world = Lab.live && Lab.live.token ? header.world : 'replay';
    language(zh);
    var name =
      (/^(play|live)?$/.test(header.lab || '') ? t('play_title') + ' ' : header.lab + (header.variant || '') + ' ') +
      (s ? Lab.words(s.title) : '');
    by('title').textContent = name.trim();
    document.title = name.trim() + ' · ' + world + ' · Lucid';
    by('world').textContent = world;
    by('seed').textContent = header.seed !== undefined ? 'seed ' + header.seed : '';
    banner();
    buildTransport();
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
  }
  function begin() {
    if (!log.header) {
      clear(document.querySelector('main'), el('p', {class: 'fatal'}, t('no_header')));
      return;
    }
    var a = address(), i = readAddress(a), nodes = log.nodes();
    Lab.view.theme = a.theme || '';
    theme(a.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
    language(a.zh !== undefined || (a.lang === undefined && /^zh/.test(navigator.language) && a.i === undefined)
        ? 'zh'
        : 'en');
    Lab.view.nodes = [nodes[0], nodes[1] || nodes[0]];
    Lab.buildMachines();
    Lab.buildLadder();
    Lab.at.i = Math.max(0, Math.min(i, log.count()));
    Lab.at.t = Lab.at.i ? log.at(Lab.at.i).t : 0;
    dress();
    addEventListener('keydown', onKey);
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
