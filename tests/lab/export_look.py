"""Looks into what lucid-lab export wrote: export_look.py WHAT FILE... Exit status 1, and why, when it is not so."""
import csv
import glob
import json
import os
import re
import sys
import xml.etree.ElementTree as xml

SVG = '{http://www.w3.org/2000/svg}'


def need(truth, why):
    if not truth:
        sys.exit(why)


def events(log):
    with open(log, encoding='utf-8') as lines:
        return [json.loads(line) for line in lines][1:]


def look_svg(paths):
    need(paths, 'no pictures')
    for path in paths:
        root = xml.parse(path).getroot()
        need(root.tag == SVG + 'svg' and root.get('role') == 'img', path + ': no role="img"')
        named = root.get('aria-labelledby', '').split()
        for element in 'title', 'desc':
            found = root.find(SVG + element)
            need(found is not None and found.text and len(found.text) > 8, '%s: no %s' % (path, element))
            need(found.get('id') in named, '%s: %s is not named' % (path, element))
        need('nan' not in open(path, encoding='utf-8').read().lower().replace('nano', ''), path + ': a number is none')


def look_names(folder, log):
    there = {name for name in os.listdir(folder)}
    for what in ('ladder', 'machines', 'windows', 'cwnd.A.c1', 'rtt.A.c1', 'sequence.A.c1'):
        need('%s.%s.svg' % (log, what) in there, 'no picture %s, but %s' % (what, sorted(there)))


def texts_of(path):
    return [text.text or '' for text in xml.parse(path).getroot().iter(SVG + 'text')]


def look_ladder(log, path):
    shown = texts_of(path)
    all_events = events(log)
    for event in all_events:
        if event['ev'] == 'state' and event['to']:
            need(event['to'] in shown, event['to'] + ' is not in the ladder')
    segments = [text for text in shown if re.match(r'[A-Z,]+ (seq=|\d)', text)]
    sent = sum(event['ev'] == 'seg_tx' for event in all_events)
    copies = sum(event['ev'] == 'wire' and event['act'] == 'dup' for event in all_events)
    need(len(segments) == sent + copies, '%d segments were sent, %d are shown' % (sent + copies, len(segments)))


def look_times(log, path):
    """Each measurement of A is a dot, each one that Karn's algorithm forbids a cross; one of each is in the legend."""
    mine = [event for event in events(log) if event['n'] == 'A' and event['c'] == 1]
    samples = sum(event['ev'] == 'var' and 'srtt' in event for event in mine)
    forbidden = sum(event['ev'] == 'rule' and event['rule'] == '9293:MUST-18' for event in mine)
    root = xml.parse(path).getroot()
    dots = len(list(root.iter(SVG + 'circle'))) - 1
    crosses = sum(line.get('class') == 'lost' for line in root.iter(SVG + 'line')) / 2 - 1
    need(samples > 4 and dots == samples, '%d samples, %d dots' % (samples, dots))
    need(forbidden and crosses == forbidden, '%d samples were given up, there are %d crosses' % (forbidden, crosses))
    need('RTTVAR' in texts_of(path), 'no RTTVAR')


def look_noscript(paths):
    for path in paths:
        need(not list(xml.parse(path).getroot().iter(SVG + 'script')), path + ' has a script')
        need(not re.search(r'<script', open(path, encoding='utf-8').read()), path + ' has a script')


def look_png(folder):
    names = os.listdir(folder)
    need(names and all(name.endswith('.png') for name in names), 'files: %s' % names)
    for name in names:
        need(open(os.path.join(folder, name), 'rb').read(8) == b'\x89PNG\r\n\x1a\n', name + ' is no PNG')


NAMES = {'una': 'snd.una', 'nxt': 'snd.nxt', 'wnd': 'snd.wnd', 'rnxt': 'rcv.nxt', 'rwnd': 'rcv.wnd', 'cwnd': 'cwnd',
         'ssth': 'ssthresh', 'flight': 'flight', 'srtt': 'srtt', 'rto': 'rto'}


def look_csv(log, folder):
    wanted = {}
    for event in events(log):
        if event['ev'] == 'var':
            wanted.setdefault((event['n'], event['c']), []).append(event)
    need(wanted, 'no variables in the log')
    for (node, c), changes in wanted.items():
        found = glob.glob(os.path.join(folder, '*.%s.c%d.csv' % (node, c)))
        need(len(found) == 1, 'no table for %s c%d' % (node, c))
        with open(found[0], newline='') as table:
            rows = list(csv.DictReader(table))
        need(len(rows) == len(changes), '%s: %d rows for %d changes' % (found[0], len(rows), len(changes)))
        value = {}
        for row, event in zip(rows, changes):
            value.update({NAMES[key]: event[key] for key in NAMES if key in event})
            need(int(row['event']) == event['i'] and int(row['time_ns']) == event['t'], 'event %s' % row)
            for name in NAMES.values():
                need(row[name] == str(value.get(name, '')), '%s: %s of event %s' % (found[0], name, row['event']))


def look_mermaid(log, paths):
    arrows = 0
    for path in paths:
        text = open(path, encoding='utf-8').read()
        need(text.startswith('sequenceDiagram\n'), path + ' is no diagram')
        need(len(text) < 50000, '%s has %d characters' % (path, len(text)))
        for line in text.splitlines()[1:]:
            need(re.match(r'    (title |participant |Note (over|left of|right of) [A-Z,]+: |[A-Z](->>|-x|--\))[A-Z]: )',
                          line), '%s: %s' % (path, line))
            need(not re.search(r'[;<>"](?<!#\d\d;)(?<!#110;)', re.sub(r'->>|--\)', '', line)), 'bare: ' + line)
        arrows += len(re.findall(r'^    [A-Z](?:->>|-x|--\))[A-Z]: ', text, re.M))
    all_events = events(log)
    sent = sum(event['ev'] == 'seg_tx' for event in all_events)
    copies = sum(event['ev'] == 'wire' and event['act'] == 'dup' for event in all_events)
    need(arrows == sent + copies, '%d segments were sent, %d are shown' % (sent + copies, arrows))
    if sent > 800:
        need(len(paths) > 1, 'a long log in one diagram')


def look_dot(log, folder):
    for node in 'A', 'B':
        text = open(os.path.join(folder, 'sample.%s.dot' % node), encoding='utf-8').read()
        need(len(re.findall(r'pos="\d+,\d+!"', text)) == 12, 'states are not pinned')
        for event in events(log):
            if event['ev'] == 'state' and event['n'] == node:
                row = re.compile('"%s" -> "%s ?" .*label="%s' % tuple(event['edge'].split(':')[i] for i in (0, 2, 1)))
                need(row.search(text), event['edge'] + ' is missing')


def main():
    what, arguments = sys.argv[1], sys.argv[2:]
    looks = {'svg': lambda: look_svg(arguments), 'names': lambda: look_names(*arguments),
             'ladder': lambda: look_ladder(*arguments), 'noscript': lambda: look_noscript(arguments),
             'png': lambda: look_png(*arguments), 'csv': lambda: look_csv(*arguments),
             'mermaid': lambda: look_mermaid(arguments[0], arguments[1:]), 'dot': lambda: look_dot(*arguments),
             'times': lambda: look_times(*arguments)}
    looks[what]()


main()
