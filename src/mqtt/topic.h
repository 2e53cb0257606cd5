/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of topics (MQTT 5.0, 4.7). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

#define TOPIC_MAX 512	/* bytes that a topic of ours, or one that we are asked to publish to, has at most */

/* Whether it is a topic that can be published to: 1 to TOPIC_MAX bytes of UTF-8, without NUL, control
 * characters, noncharacters and wildcards, and does not begin with '$'. */
bool topic_is_publishable(const char *topic, size_t length);

/* Bytes of a part of a topic that the configuration has. Two of them, and what we add, are no more than
 * TOPIC_MAX. */
#define TOPIC_PART_MAX 128

/* The same for such a part: also at most TOPIC_PART_MAX bytes, no '/' at its ends nor two in a row; levels:
 * whether '/' is allowed at all. 0, or E_INVALID_ARGUMENTS and reason says what is allowed. */
int topic_check_part(const char *part, bool levels, Reason *reason);

/* Whether the topic is tree, or lies below it. */
bool topic_is_below(const char *topic, const char *tree);

/* Whether a message at that topic would come to who subscribed to the filter, which may have + and #. */
bool topic_matches(const char *filter, const char *topic);
