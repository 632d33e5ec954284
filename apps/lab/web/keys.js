/* keys.js: the buttons at the top, the keys, and what they are: the help. */
(() => {
  var {el, t, clear, by, language, log} = Lab;
  var ICONS = {
    start: 'M3 3V13M13 3L5 8L13 13Z',
    back: 'M11 3L5 8L11 13',
    play: 'M4 2L13 8L4 14Z',
    pause: 'M5 3V13M11 3V13',
    step: 'M5 3L11 8L5 13',
    end: 'M3 3L11 8L3 13ZM13 3V13'
  };
  var ACTS = {
    start: () => {
      Lab.pause();
      Lab.go(0);
    },
    back: () => {
      Lab.pause();
      Lab.go(Lab.nextRow(-1));
    },
    play: () => Lab.playing ? Lab.pause() : Lab.play(),
    step: () => {
      Lab.pause();
      Lab.forward();
    },
    state: () => {
      Lab.pause();
      Lab.go(Lab.nextState(1));
    },
    end: () => {
      Lab.pause();
      return Lab.canStep() ? Lab.runWorld() : Lab.go(log.count());
    }
  };
  Lab.drawTransport = () => {
    by('command').lastChild.textContent = Lab.t(Lab.atEnd() ? 'do' : 'branch');
    var button = by('do-play');
    if (button) {
      button.setAttribute('aria-label', t(Lab.playing ? 'pause' : 'play'));
      button.setAttribute('title', t(Lab.playing ? 'pause' : 'play'));
      button.querySelector('path').setAttribute('d', ICONS[Lab.playing ? 'pause' : 'play']);
    }
  };
  Lab.buildTransport = () => {
    clear(by('transport'),
      ['start', 'back', 'play', 'step', 'end']
        .map(name => el('button', {id: 'do-' + name, title: t(name), 'aria-label': t(name), click: ACTS[name]},
               Lab.icon(ICONS[name])))
        .concat(el('button',
          {id: 'do-speed', title: t('speed'), click: () => by('do-speed').textContent = '×' + Lab.speed(1)},
          '×' + Lab.speed(0))));
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
  };
  function otherLanguage() {
    language(language() === 'zh' ? 'en' : 'zh');
    Lab.dress();
  }
  function nextTheme() {
    var themes = ['light', 'dark', 'projector'];
    theme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % 3]);
    Lab.view.theme = document.documentElement.dataset.theme;
    Lab.dress();
  }
  function theme(name) { document.documentElement.dataset.theme = name; }
  Lab.theme = theme;

  var KEYS = {
    ' ': ACTS.play,
    ArrowRight: ACTS.step,
    ArrowLeft: ACTS.back,
    ArrowDown: ACTS.step,
    ArrowUp: ACTS.back,
    Home: ACTS.start,
    End: ACTS.end,
    n: ACTS.state,
    b: () => Lab.go(Lab.nextState(-1)),
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
      Lab.dress();
    },
    '?': () => Lab.help(),
    w: () => by('why').querySelector('a,h2').focus(),
    ':': () => {
      by('line').focus();
    }
  };
  var LIVE_KEYS = {d: 'drop', h: 'hold', u: 'dup', l: 'delay'};
  Lab.onKey = event => {
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
  };
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
      el('table', {},
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
})();
