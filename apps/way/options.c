/* options.c: see options.h. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>

#include "common/text.h"
#include "files.h"

const char way_options_help[] =
    "usage: lucid-way [options]\n"
    "\n"
    "Shows the whole way of a request: a client asks our name server for an address, Nginx for a page, Nginx asks "
    "uWSGI,\n"
    "uWSGI calls an application; each packet and each state is told in plain words. Everything happens in a private\n"
    "network, and is gone afterwards. It needs nginx, uwsgi with its Python plugin, and curl.\n"
    "\n"
    "  --order X        a: client, our DNS, Nginx, uWSGI, app (the default)\n"
    "                   b: client, our DNS, Nginx, our server as its origin, without and with keep-alive\n"
    "                   c: client, our DNS, our server in the place of Nginx, uWSGI, app\n"
    "                   d: client, our DNS, Nginx, our server in the place of uWSGI\n"
    "                   browser: Chromium, our DNS, our server: six connections for one page\n"
    "  --break WHAT     let something fail instead: dns, refused, app-down, app-slow\n"
    "  --html FILE      write the time line as a page\n"
    "  --svg FILE       write a picture of the first act\n"
    "  --pcap FILE      write all packets, those of lucid0 and those of the loopback interface, for tshark or "
    "Wireshark\n"
    "  --all            show the confirmations that bring no news, too\n"
    "  --steps          no times: two runs look the same\n"
    "  --stay           let all of it go on afterwards, until Ctrl-C, and say how to get in\n"
    "  --show FILE      print a configuration as it is used, and end: nginx.conf, uwsgi.ini, app.py, resolv.conf\n"
    "  --help           this text\n"
    "\n"
    "Exit status: 0, 1 something was not as expected, 2 wrong usage.\n";

enum letter { ORDER = 256, BREAK, HTML, SVG, PCAP, ALL, STEPS, STAY, SHOW, HELP };

static const struct option long_options[] = {
    {"order", required_argument, NULL, ORDER},
    {"break", required_argument, NULL, BREAK},
    {"html", required_argument, NULL, HTML},
    {"svg", required_argument, NULL, SVG},
    {"pcap", required_argument, NULL, PCAP},
    {"all", no_argument, NULL, ALL},
    {"steps", no_argument, NULL, STEPS},
    {"stay", no_argument, NULL, STAY},
    {"show", required_argument, NULL, SHOW},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static int wrong(char error[LUCID_ERROR_TEXT], const char *word, const char *why) {
    snprintf(error, LUCID_ERROR_TEXT, "%.60s %s", word, why);
    return -1;
}

/* "a, b" */
static void list(bool failures, char *room, size_t size) {
    struct text text = text_fixed(room, size);
    const struct way_plan *plan;
    for (unsigned i = 0; (plan = way_plan_at(i)); i++) {
        if (plan->failure == failures) {
            text_format(&text, "%s%s", text.length > 0 ? ", " : "", plan->name);
        }
    }
}

static int choose(struct way_options *options, const char *name, bool failure, char error[LUCID_ERROR_TEXT]) {
    char names[128];
    if (options->plan) {
        snprintf(error, LUCID_ERROR_TEXT, "one of --order and --break, and once: each shows one thing");
        return -1;
    }
    options->plan = way_plan_find(name, failure);
    if (options->plan) {
        return 0;
    }
    list(failure, names, sizeof names);
    snprintf(error, LUCID_ERROR_TEXT, "%s %.40s is not known: take one of %.120s", failure ? "--break" : "--order",
             name, names);
    return -1;
}

static int read_option(struct way_options *options, int option, const char *value, char error[LUCID_ERROR_TEXT]) {
    switch (option) {
    case ORDER:
    case BREAK:
        return choose(options, value, option == BREAK, error);
    case HTML:
        options->html = value;
        return 0;
    case SVG:
        options->svg = value;
        return 0;
    case PCAP:
        options->pcap = value;
        return 0;
    case ALL:
        options->all = true;
        return 0;
    case STEPS:
        options->steps = true;
        return 0;
    case STAY:
        options->stay = true;
        return 0;
    case SHOW:
        options->show = value;
        return way_files_text(value) ? 0 : wrong(error, value, "is no file that --show has: see --help");
    default:
        options->help = true;
        return 0;
    }
}

int way_options_read(struct way_options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]) {
    *options = (struct way_options){.plan = NULL};
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        const char *word = argv[optind - 1];
        if (option == ':') {
            return wrong(error, word, "needs a value: see --help");
        }
        if (option == '?') {
            return wrong(error, word, "is no option: see --help");
        }
        if (read_option(options, option, optarg, error) < 0) {
            return -1;
        }
    }
    if (optind < argc) {
        return wrong(error, argv[optind], "is no option: see --help");
    }
    if (!options->plan) {
        options->plan = way_plan_find("a", false);
    }
    return 0;
}
