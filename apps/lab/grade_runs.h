/* grade_runs.h: `lucid-lab grade L02`: runs of scenarios, graded from their logs, in the formats of grade.h. */
#ifndef LAB_GRADE_RUNS_H
#define LAB_GRADE_RUNS_H

/* lab: "L02"; "L35": the edges that all runs have walked. format: as for `grade`. Returns an exit status. */
int grade_runs(const char *lab, const char *folder, const char *student, const char *format);

#endif
