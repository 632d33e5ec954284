/* plot.js: cwnd, ssthresh and flight, and RTT, over time. Own SVG; however long the run, a curve has at most two points
 * for each column of the picture. */
(() => {
  var {el, svg, put, time} = Lab;
  var series = {}, H = 168, LEFT = 74, BOTTOM = 24, RIGHT = 8, TOP = 12;
  var CHARTS = [
    {
      title: 'plot_window',
      unit: 'B',
      curves: [['cwnd', 'cwnd'], ['ssth', 'ssthresh'], ['flight', 'flight'], ['wnd', 'SND.WND']]
    },
    {title: 'plot_rtt', unit: 'ns', curves: [['srtt', 'SRTT'], ['rto', 'RTO']]}
  ];

  Lab.readers.push(event => {
    if (event.ev !== 'var' || !event.c) {
      return;
    }
    var key = event.n + event.c, mine = series[key] = series[key] || {};
    ['cwnd', 'ssth', 'flight', 'wnd', 'srtt', 'rto'].forEach(name => {
      if (event[name] !== undefined && event[name] >= 0) {
        var curve = mine[name] = mine[name] || {t: [], v: []};
        curve.t.push(event.t);
        curve.v.push(event[name]);
      }
    });
  });

  function nice(most) {
    var power = Math.pow(10, Math.floor(Math.log10(most || 1)));
    return [1, 2, 2.5, 5, 10].map(k => k * power).filter(n => n >= most)[0] || most;
  }
  /* Steps: a value holds until the next one. One column keeps its lowest and its highest. */
  function path(curve, x, y, end) {
    var out = [], column = -1, low, high, lastY = null;
    function flush() {
      if (column >= 0) {
        out.push((out.length ? 'H' : 'M') + column + (out.length ? '' : ' ' + y(low)));
        out.push('V' + y(high), low !== high ? 'V' + y(low) : '', 'V' + lastY);
      }
    }
    for (var k = 0; k < curve.t.length; k++) {
      var px = Math.round(x(curve.t[k]));
      if (px !== column) {
        flush();
        column = px;
        low = high = curve.v[k];
      }
      low = Math.min(low, curve.v[k]);
      high = Math.max(high, curve.v[k]);
      lastY = y(curve.v[k]);
    }
    flush();
    return out.join('') + 'H' + Math.round(x(end));
  }
  function axis(most, unit) { return unit === 'B' ? Lab.octets(most) : Lab.span(most); }

  function chart(spec, mine, width) {
    var curves = spec.curves.filter(curve => mine[curve[0]]);
    var end = 0, begin = Infinity, most = 1;
    curves.forEach(curve => {
      begin = Math.min(begin, mine[curve[0]].t[0]);
      end = Math.max(end, mine[curve[0]].t[mine[curve[0]].t.length - 1]);
      if (curve[0] !== 'wnd') {
        mine[curve[0]].v.forEach(v => most = Math.max(most, v));
      }
    });
    /* A window that is wide open says nothing and flattens the rest. */
    if (mine.cwnd && mine.wnd && spec.unit === 'B' && Math.max.apply(null, mine.wnd.v.slice(-200)) > 4 * most) {
      curves = curves.filter(curve => curve[0] !== 'wnd');
    }
    if (curves.length === 0) {
      return null;
    }
    end = Math.max(end, begin + 1);
    most = nice(most);
    function x(t) { return LEFT + (width - LEFT - RIGHT) * Math.min(1, (t - begin) / (end - begin)); }
    function y(v) { return Math.round((H - BOTTOM - (H - BOTTOM - TOP) * Math.min(1, v / most)) * 10) / 10; }
    var picture = Lab.picture(
      width, H, Lab.t(spec.title), Lab.t('plot_desc', curves.map(c => c[1]).join(', '), time(begin), time(end)));
    [0, 0.5, 1].forEach(part => {
      put(picture, [
        svg('line', {x1: LEFT, x2: width - RIGHT, y1: y(most * part), y2: y(most * part), class: 'grid'}),
        svg('text', {x: LEFT - 6, y: y(most * part) + 5, 'text-anchor': 'end', class: 'tick'},
          part ? axis(most * part, spec.unit) : '0')
      ]);
    });
    put(picture, [
      svg('text', {x: LEFT, y: H - 4, class: 'tick'}, time(begin) + ' s'),
      svg('text', {x: width - RIGHT, y: H - 4, 'text-anchor': 'end', class: 'tick'}, time(end) + ' s')
    ]);
    curves.forEach(curve => {
      put(picture, svg('path', {class: 'curve ' + curve[0], d: path(mine[curve[0]], x, y, end)}));
    });
    var cursor = svg('path', {class: 'cursor'});
    put(picture, cursor);
    picture.addEventListener('click', event => {
      var part = (event.clientX - picture.getBoundingClientRect().left - LEFT) / (width - LEFT - RIGHT);
      Lab.go(Lab.log.find(begin + Math.max(0, Math.min(1, part)) * (end - begin)));
    });
    var figure = el('figure', {}, [
      el('h3', {}, Lab.t(spec.title)), picture, el('p', {class: 'legend'}, curves.map(curve => el('span', {}, [
          svg('svg', {width: 26, height: 10, 'aria-hidden': 'true'},
            svg('path', {d: 'M1 5H25', class: 'curve ' + curve[0]})),
          curve[1]
        ])))
    ]);
    figure.move = () => cursor.setAttribute('d', 'M' + Math.max(LEFT, x(Lab.at.t)) + ' 8V' + (H - BOTTOM));
    return figure;
  }
  /* Curves are drawn anew only when the log has grown; a new position moves the cursor. */
  function cached(spec, mine, width) {
    var key = [width, Lab.log.count(), Lab.language()].join();
    if (mine[spec.title + '?'] !== key) {
      mine[spec.title + '?'] = key;
      mine[spec.title] = chart(spec, mine, width);
    }
    return mine[spec.title];
  }
  Lab.tabs.push({
    id: 'plot',
    draw: (state, box) => {
      var c = Lab.chosen(state), mine = c && series[c.node + c.c], width = Math.max(260, box.clientWidth - 32);
      var figures = mine ? CHARTS.map(spec => cached(spec, mine, width)).filter(Boolean) : [];
      figures.forEach(figure => figure.move());
      if (!figures[0] || box.firstChild !== figures[0]) {
        Lab.clear(box, figures.length ? figures : Lab.note('no_plot'));
      }
    }
  });
})();
