/* cmd_live.c: `lucid-lab live`: our stack against the kernel, with a shell or a program beside it.
 *
 * On a terminal there is a shell; in a pipe, narration; behind `--`, a program of the user's. It ends with the shell or
 * the program, after --for, and on Ctrl-C, SIGTERM or SIGHUP.
 */
#include <getopt.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lab/lab.h"
#include "lab/live_run.h"
#include "lab/words.h"

enum { RELAY_PORT = 8080 };

/* ---- options ---- */

enum {
    TUN = 256,
    HOST_NET,
    RFC_TIMERS,
    MSL,
    IN_BAND_FAULTS,
    SCRIPT,
    FOR,
    NARRATE,
    OUT,
    NO_SHELL,
    NO_WEB,
    PORT,
    CONTROL
};

static const struct option OPTIONS[] = {
    {"tun", required_argument, NULL, TUN},
    {"host-net", no_argument, NULL, HOST_NET},
    {"rfc-timers", no_argument, NULL, RFC_TIMERS},
    {"msl", required_argument, NULL, MSL},
    {"in-band-faults", no_argument, NULL, IN_BAND_FAULTS},
    {"script", required_argument, NULL, SCRIPT},
    {"for", required_argument, NULL, FOR},
    {"narrate", no_argument, NULL, NARRATE},
    {"no-shell", no_argument, NULL, NO_SHELL},
    {"control", required_argument, NULL, CONTROL},
    {"no-web", no_argument, NULL, NO_WEB},
    {"port", required_argument, NULL, PORT},
    {"out", required_argument, NULL, OUT},
    {NULL, 0, NULL, 0},
};

static int read_time(const char *option, const char *text, lucid_time least, lucid_time *time) {
    if (words_time(text, time) < 0 || *time < least || *time > 24 * 3600 * LUCID_SECOND) {
        return lab_refuse("--%s %.40s is no time; write for example --%s 5s", option, text, option);
    }
    return 0;
}

static int read_port(const char *text, uint16_t *port) {
    uint64_t number;
    if (words_number(text, 65535, &number) < 0 || number == 0) {
        return lab_refuse("--port %.40s is no port; write for example --port 8091", text);
    }
    *port = (uint16_t)number;
    return 0;
}

static int read_folder(struct live_run *run, const char *folder) {
    if (strlen(folder) >= sizeof run->folder) {
        return lab_refuse("--out %.40s... is too long; name a folder nearer by", folder);
    }
    strcpy(run->folder, folder);
    return 0;
}

static int take_option(struct live_run *run, int option, const char *value) {
    switch (option) {
    case TUN:
        run->options.device = value;
        return 0;
    case HOST_NET:
        run->host_net = true;
        return 0;
    case RFC_TIMERS:
        run->options.rfc_timers = true;
        run->options.msl = 120 * LUCID_SECOND;
        return 0;
    case MSL:
        return read_time("msl", value, LUCID_MILLISECOND, &run->options.msl);
    case IN_BAND_FAULTS:
        run->options.in_band_faults = true;
        return 0;
    case SCRIPT:
        run->script_file = value;
        return 0;
    case FOR:
        return read_time("for", value, 0, &run->lasts);
    case NARRATE:
        run->narrates = true;
        return 0;
    case NO_SHELL:
        run->no_shell = true;
        return 0;
    case NO_WEB:
        run->no_web = true;
        return 0;
    case PORT:
        return read_port(value, &run->web_port);
    case CONTROL:
        run->control_stack = !strcmp(value, "stack");
        return run->control_stack || !strcmp(value, "kernel")
                   ? 0
                   : lab_refuse("--control %.40s is not known; it is kernel or stack", value);
    case OUT:
        return read_folder(run, value);
    default:
        return lab_refuse("live does not know that option; see `lucid-lab --help`, or `man lucid-lab`");
    }
}

static int read_options(struct live_run *run, int argc, char **argv) {
    int option, failed = 0;
    optind = 1;
    opterr = 0;
    while (!failed && (option = getopt_long(argc, argv, "+", OPTIONS, NULL)) != -1) {
        failed = take_option(run, option, optarg);
    }
    if (failed) {
        return failed;
    }
    if (optind < argc && strcmp(argv[optind - 1], "--") != 0) {
        return lab_refuse("live takes no %.40s; a program to run in its network stands behind `--`", argv[optind]);
    }
    run->program = optind < argc ? argv + optind : NULL;
    return 0;
}

int lab_live(int argc, char **argv) {
    static const char *const setup[] = {"B listen 80 app httpd"};
    uint32_t seed = 1;
    ssize_t got = getrandom(&seed, sizeof seed, 0);
    (void)got;
    struct live_run run = {
        .options = {.device = "lucid0", .msl = LIVE_MSL, .seed = seed, .setup = setup, .setup_count = 1},
        .narrates = !isatty(STDOUT_FILENO),
        .relay_port = RELAY_PORT,
        .web_port = WEB_PORT,
        .lasts = LUCID_NEVER,
    };
    int status = read_options(&run, argc, argv);
    status = status ? status : live_run_open(&run);
    status = status ? status : live_run(&run);
    live_run_close(&run);
    return status;
}
