/* run_web.h: `lucid-lab run L02 --web`: the page asks for the predictions, then the scenario is run and shown. */
#ifndef LAB_RUN_WEB_H
#define LAB_RUN_WEB_H

#include "lab/run_command.h"

/* Serves until Ctrl-C. answers may have been locked before (NULL: the page asks). Returns enum lab_exit. */
int run_web(const struct run_arguments *arguments, const struct run_options *options, const char *folder);

#endif
