/* timeline.js: the whole run as a line, with marks by kind: changes of state, losses, timers, commands, checks. A
 * slider, so the keyboard works; the marks are gathered by column, so there are never more of them than columns. */
(() => {
  var {el, svg, t, by, clear, time} = Lab;
  var KINDS = ['state', 'lost', 'timer_fire', 'cmd', 'check'], LANE = 9, marks = [], slider, picture, drawn = '';
  var SHAPES = {
    state: 'M-4 0A4 4 0 1 0 4 0A4 4 0 1 0-4 0',
    lost: 'M-4-4L4 4M4-4L-4 4',
    timer_fire: 'M0-4L4 4H-4Z',
    cmd: 'M-3-4L3 0L-3 4',
    check: 'M-4 0L-1 4L4-4'
  };

  Lab.readers.push(event => {
    var kind = event.ev === 'wire' && /drop|full|big/.test(event.act) ? 'lost' : event.ev;
    if (KINDS.indexOf(kind) >= 0) {
      marks.push([event.i, kind]);
    }
  });
  function draw(width, count) {
    var taken = {}, out = [];
    marks.forEach(mark => {
      var x = Math.round(10 + (width - 20) * (mark[0] - 1) / Math.max(1, count - 1)), key = mark[1] + (x >> 2);
      if (!taken[key]) {
        taken[key] = true;
        out.push(svg('path', {
          d: SHAPES[mark[1]],
          class: 'mark ' + mark[1],
          transform: 'translate(' + x + ' ' + (5 + LANE * KINDS.indexOf(mark[1])) + ')'
        }));
      }
    });
    clear(picture, out);
    picture.setAttribute('viewBox', '0 0 ' + width + ' 46');
  }
  Lab.buildTimeline = () => {
    slider = el('input', {
      type: 'range',
      min: 0,
      step: 1,
      'aria-label': t('timeline'),
      input: () => {
        Lab.pause();
        Lab.go(+slider.value);
      }
    });
    picture = svg('svg', {'aria-hidden': 'true'});
    clear(by('timeline'), [
      el('div', {class: 'track'}, [picture, slider]),
      el('p', {class: 'legend'},
        KINDS
          .map(kind => el('span', {},
                 [
                   svg('svg', {width: 14, height: 12, viewBox: '-7 -6 14 12', 'aria-hidden': 'true'},
                     svg('path', {d: SHAPES[kind], class: 'mark ' + kind})),
                   t('m_' + kind)
                 ]))
          .concat(el('span', {id: 'clock'})))
    ]);
  };
  Lab.drawTimeline = () => {
    var count = Lab.log.count(), width = slider.parentNode.clientWidth, key = width + ' ' + count;
    slider.max = count;
    slider.value = Lab.at.i;
    slider.setAttribute('aria-valuetext', time(Lab.at.t) + ' s, ' + Lab.at.i + '/' + count);
    by('clock').textContent = 't = ' + time(Lab.at.t) + ' s · ' + t('event_of', Lab.at.i, count);
    if (key !== drawn) {
      drawn = key;
      draw(width, count);
    }
  };
})();
