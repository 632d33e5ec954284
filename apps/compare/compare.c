/* compare.c: lucid-compare: the same numbered messages over UDP and over TCP, through the same link with the same
 * losses, and what came of them.
 *
 * The link throws the same dice in both courses: what happens to the first packet that the sender puts into it, to the
 * second and so on, is the same. Over UDP a packet is a message; over TCP the first two packets are the handshake's.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course.h"

enum { OK = 0, FAILED = 1, USAGE = 2 };
enum { UDP, TCP };

static const char usage[] =
    "usage: lucid-compare [options]\n"
    "\n"
    "Sends the same numbered messages over UDP and over TCP, through the same link with the same losses, and prints\n"
    "which came, in which order, when, and which were sent again. Two stacks in memory, in virtual time: no device, "
    "no\n"
    "privilege, and the same options give the same output.\n"
    "\n"
    "  --faults SPEC      what the link does, both ways (loss=4%,reorder=3%,dup=2%,delay=20ms,seed=5);\n"
    "                     lucid_faults_parse(3) lists all\n"
    "  --messages N       how many, from 1 to 10000 (100)\n"
    "  --size OCTETS      of each, from 4 to 1400 (100)\n"
    "  --interval MS      from one to the next (5)\n"
    "  --all              a line for each message, not only for those to which something happened\n"
    "  --closed           nobody listens at the port\n"
    "  --help             this text\n"
    "\n"
    "Exit status: 0, 1 over TCP not every message came, or no memory, 2 wrong usage.\n";

struct settings {
    struct course_options course;
    bool all, help;
};

/* ---- one line for each message ---- */

static double milliseconds(lucid_time time) {
    return (double)time / (double)LUCID_MILLISECOND;
}

/* The application had to wait for it although its octets were there. */
static bool waited(const struct course_message *message) {
    return message->got != LUCID_NEVER && message->came < message->got;
}

static bool is_out_of_order(const struct course *course, unsigned number) {
    unsigned place = course->message[number].place;
    for (unsigned i = number + 1; place > 0 && i < course->options.messages; i++) {
        if (course->message[i].place > 0 && course->message[i].place < place) {
            return true;
        }
    }
    return false;
}

static bool is_plain(const struct course *course, unsigned number) {
    const struct course_message *message = &course->message[number];
    return message->times == 1 && message->packets == 1 && message->left == message->sent && !waited(message) &&
           !is_out_of_order(course, number);
}

static void put_time(char text[32], lucid_time time) {
    if (time == LUCID_NEVER) {
        snprintf(text, 32, "never");
    } else {
        snprintf(text, 32, "%.1f", milliseconds(time));
    }
}

static void print_message(const struct course course[2], unsigned number) {
    const struct course_message *udp = &course[UDP].message[number], *tcp = &course[TCP].message[number];
    char sent[32], got[2][32], notes[120] = "";
    lucid_time connected = course[TCP].message[0].left;
    put_time(sent, udp->sent);
    put_time(got[UDP], udp->got);
    put_time(got[TCP], tcp->got);
    if (waited(tcp)) {
        snprintf(notes, sizeof notes, ", was there at %.1f and waited", milliseconds(tcp->came));
    } else if (connected == LUCID_NEVER) {
        snprintf(notes, sizeof notes, ", no connection");
    } else if (tcp->left > tcp->sent && tcp->left == connected) {
        snprintf(notes, sizeof notes, ", waited for the connection");
    }
    printf("%7u %9s  %9s %-13s %9s%s%s\n", number + 1, sent, got[UDP],
           udp->times > 1                          ? "twice"
           : is_out_of_order(&course[UDP], number) ? "out of order"
                                                   : "",
           got[TCP], tcp->packets > 1 ? ", sent again" : "", notes);
}

/* ---- the table ---- */

struct counts {
    unsigned came, never, twice, again, waiting;
    double least, greatest, first;
};

static struct counts count(const struct course *course) {
    struct counts counts = {.least = 1e300};
    for (unsigned i = 0; i < course->options.messages; i++) {
        const struct course_message *message = &course->message[i];
        counts.never += message->times == 0;
        counts.came += message->times > 0;
        counts.twice += message->times > 1;
        counts.again += message->packets > 1;
        counts.waiting += waited(message);
        if (message->times > 0) {
            double delay = milliseconds(message->got - message->sent);
            counts.first = message->place == 1 ? milliseconds(message->got) : counts.first;
            counts.least = delay < counts.least ? delay : counts.least;
            counts.greatest = delay > counts.greatest ? delay : counts.greatest;
        }
    }
    counts.least = counts.came > 0 ? counts.least : 0;
    return counts;
}

static void row(const char *name, unsigned udp, unsigned tcp) {
    printf("%-52s %9u %9u\n", name, udp, tcp);
}

/* Without a message there is no time of one. */
static void row_of_times(const char *name, double udp, double tcp) {
    char text[2][32] = {"-", "-"};
    const double times[2] = {udp, tcp};
    for (int which = UDP; which <= TCP; which++) {
        if (times[which] > 0) {
            snprintf(text[which], sizeof text[which], "%.1f", times[which]);
        }
    }
    printf("%-52s %9s %9s\n", name, text[UDP], text[TCP]);
}

static void print_error(const char *protocol, const struct course *course) {
    if (course->error == 0) {
        return;
    }
    printf("%s: at %.1f ms, ", protocol, milliseconds(course->error_at));
    if (course->error_before <= course->options.messages) {
        printf("before message %u, ", course->error_before);
    }
    printf("the sender was told %s\n", lucid_error_name(course->error));
}

static void print_table(const struct course course[2]) {
    struct counts udp = count(&course[UDP]), tcp = count(&course[TCP]);
    printf("%-52s %9s %9s\n", "", "UDP", "TCP");
    row("messages sent", course[UDP].options.messages, course[TCP].options.messages);
    row("  that came", udp.came, tcp.came);
    row("  that never came", udp.never, tcp.never);
    row("  that came twice", udp.twice, tcp.twice);
    row("  that came behind a later one", course[UDP].out_of_order, course[TCP].out_of_order);
    row("  that were sent again", udp.again, tcp.again);
    row("  that were there, and waited for an earlier one", udp.waiting, tcp.waiting);
    row("calls that gave the receiver something", course[UDP].reads, course[TCP].reads);
    row("packets from the sender", course[UDP].packets, course[TCP].packets);
    row("packets from the receiver", course[UDP].packets_back, course[TCP].packets_back);
    row("octets in all packets", (unsigned)course[UDP].octets, (unsigned)course[TCP].octets);
    row_of_times("first message received, ms", udp.first, tcp.first);
    row_of_times("fastest message, ms from send to receive", udp.least, tcp.least);
    row_of_times("slowest", udp.greatest, tcp.greatest);
    print_error("UDP", &course[UDP]);
    print_error("TCP", &course[TCP]);
}

static void print_messages(const struct course course[2], bool all) {
    printf("%7s %9s  %-23s %9s\n", "message", "sent, ms", "     UDP: came at", "TCP: came at");
    for (unsigned i = 0; i < course[UDP].options.messages; i++) {
        if (all || !is_plain(&course[UDP], i) || !is_plain(&course[TCP], i)) {
            print_message(course, i);
        }
    }
    putchar('\n');
}

/* ---- the command line ---- */

static int wrong(const char *option, const char *value, const char *sentence) {
    fprintf(stderr, "lucid-compare: %s%s%.60s %s\n", option, *option ? " " : "", value, sentence);
    return -1;
}

static int read_number(const char *option, const char *text, unsigned least, unsigned most, unsigned *number) {
    char *end, range[64];
    bool digit = text[0] >= '0' && text[0] <= '9';
    unsigned long value = digit ? strtoul(text, &end, 10) : 0;
    if (!digit || *end != '\0' || value < least || value > most) {
        snprintf(range, sizeof range, "is out of range: take a number from %u to %u", least, most);
        return wrong(option, text, range);
    }
    *number = (unsigned)value;
    return 0;
}

enum letter { FAULTS = 256, MESSAGES, SIZE, INTERVAL, ALL, CLOSED, HELP };

static int read_option(struct settings *settings, int option, const char *text) {
    char error[LUCID_ERROR_TEXT];
    unsigned interval;
    switch (option) {
    case FAULTS:
        return lucid_faults_parse(text, &settings->course.faults, error) == 0 ? 0 : wrong("", "--faults:", error);
    case MESSAGES:
        return read_number("--messages", text, 1, 10000, &settings->course.messages);
    case SIZE:
        return read_number("--size", text, 4, 1400, &settings->course.size);
    case INTERVAL:
        if (read_number("--interval", text, 0, 10000, &interval)) {
            return -1;
        }
        settings->course.interval = interval * LUCID_MILLISECOND;
        return 0;
    case ALL:
        settings->all = true;
        return 0;
    case CLOSED:
        settings->course.closed = true;
        return 0;
    default:
        settings->help = true;
        return 0;
    }
}

static int read_options(struct settings *settings, int argc, char **argv) {
    static const struct option options[] = {
        {"faults", required_argument, NULL, FAULTS},
        {"messages", required_argument, NULL, MESSAGES},
        {"size", required_argument, NULL, SIZE},
        {"interval", required_argument, NULL, INTERVAL},
        {"all", no_argument, NULL, ALL},
        {"closed", no_argument, NULL, CLOSED},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (option == ':' || option == '?') {
            return wrong("", argv[optind - 1],
                         option == ':' ? "needs a value: see --help" : "is no option: see --help");
        }
        if (read_option(settings, option, optarg)) {
            return -1;
        }
    }
    return optind < argc ? wrong("", argv[optind], "is no option: see --help") : 0;
}

static int run(struct settings *settings) {
    static struct course course[2];
    int error = 0;
    for (int which = UDP; which <= TCP && error == 0; which++) {
        settings->course.tcp = which == TCP;
        error = course_run(&course[which], &settings->course);
    }
    if (error < 0) {
        fprintf(stderr, "lucid-compare: there is no memory for two stacks: free some\n");
    } else {
        if (!settings->course.closed || settings->all) {
            print_messages(course, settings->all);
        }
        print_table(course);
    }
    bool all = error == 0 && (settings->course.closed || count(&course[TCP]).never == 0);
    course_free(&course[UDP]);
    course_free(&course[TCP]);
    return all ? OK : FAILED;
}

int main(int argc, char **argv) {
    struct settings settings = {
        .course = {.messages = 100, .size = 100, .interval = 5 * LUCID_MILLISECOND},
    };
    char error[LUCID_ERROR_TEXT];
    lucid_faults_parse("loss=4%,reorder=3%,dup=2%,delay=20ms,seed=5", &settings.course.faults, error);
    if (read_options(&settings, argc, argv)) {
        return USAGE;
    }
    if (settings.help) {
        fputs(usage, stdout);
        return OK;
    }
    return run(&settings);
}
