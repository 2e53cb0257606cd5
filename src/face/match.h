/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Match rules: which signals a program wants (D-Bus specification, "Match Rules"). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/macros.h"

#define MATCH_RULE_MAX 1024	/* bytes of a rule's text */
#define MATCH_ARGS_MAX 64

typedef struct MatchRule MatchRule;

/* A signal of ours. No array is longer than what is said of it here. */
typedef struct MatchSignal {
	const char *senders[2];		/* the names that its sender has; NULL: no more */
	const char *destination;	/* NULL: to all */
	const char *path;
	const char *interface;
	const char *member;
	const char *args[3];		/* the first arguments; NULL: another type than text or a path */
	bool arg0_is_path;		/* of type o */
} MatchSignal;

/* E_INVALID_ARGUMENTS: text is no match rule, or longer than MATCH_RULE_MAX. */
int match_rule_parse(const char *text, MatchRule **ret, Reason *reason);
MatchRule *match_rule_free(MatchRule *rule);	/* returns NULL; takes NULL */
size_t match_rule_size(const MatchRule *rule);	/* bytes of memory, for quotas */
bool match_rule_equal(const MatchRule *a, const MatchRule *b);

bool match_rule_takes(const MatchRule *rule, const MatchSignal *signal);
